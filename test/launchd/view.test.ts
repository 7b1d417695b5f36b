import { describe, expect, it } from 'vitest';
import { parseService } from '../../src/launchd/print-service.ts';
import { compareView, type FieldVerdict } from '../../src/launchd/view.ts';
import type { Domain } from '../../src/model/domain.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { readFixture } from './read-fixture.ts';
import { renderService } from './render-service.ts';

const record = (members: Record<string, PlistValue>): PlistDict => dict(Object.entries(members));
const file = '/Users/me/Library/LaunchAgents/com.example.web.plist';

function compare(
  text: string,
  plist: PlistDict,
  domain: Domain,
  label: string,
  path: string,
): readonly FieldVerdict[] {
  const reading = parseService(text, { domain, label });
  if (!reading.ok) throw new Error(reading.why);
  return compareView(plist, reading.service, { path, domain });
}

/** What is not equal, as `Key.Member verdict loaded`. */
function findings(verdicts: readonly FieldVerdict[]): string[] {
  return verdicts
    .filter(({ verdict }) => verdict !== 'equal')
    .map(({ path, verdict, loaded }) => `${path.join('.')} ${verdict} ${JSON.stringify(loaded)}`);
}

/** What is not equal when `loaded` was loaded and `wanted` is the plist; both run `/bin/web`. */
function between(
  loaded: Record<string, PlistValue>,
  wanted: Record<string, PlistValue>,
  domain: Domain = 'gui/501',
): string[] {
  const base = { ProgramArguments: ['/bin/web'] };
  const text = renderService(`${domain}/com.example.web`, file, record({ ...base, ...loaded }));
  return findings(compare(text, record({ ...base, ...wanted }), domain, 'com.example.web', file));
}

const web = {
  Label: 'com.example.web',
  ProgramArguments: ['/usr/local/bin/web', '--port', '8080'],
  WorkingDirectory: '/Users/me/site',
  StandardOutPath: '/Users/me/Library/Logs/web.log',
  StandardErrorPath: '/Users/me/Library/Logs/web.log',
  EnvironmentVariables: record({ SITE: 'blue', PATH: '/usr/local/bin:/usr/bin:/bin' }),
  ThrottleInterval: 30,
  ProcessType: 'Background',
  RunAtLoad: true,
  KeepAlive: record({ SuccessfulExit: false }),
};

describe('compareView with printed jobs', () => {
  it('finds a running agent equal to the plist it was loaded from', () => {
    const text = readFixture('service-running-semaphore.txt');
    expect(findings(compare(text, record(web), 'gui/501', 'com.example.web', file))).toEqual([]);
  });

  it('shows, key by key, what the loaded agent has instead', () => {
    const text = readFixture('service-running-semaphore.txt');
    const edited = record({
      ...web,
      ProgramArguments: ['/usr/local/bin/web', '--port', '9090'],
      EnvironmentVariables: record({ SITE: 'green', DEBUG: '1' }),
      KeepAlive: true,
      ThrottleInterval: 5,
    });
    expect(findings(compare(text, edited, 'gui/501', 'com.example.web', file))).toEqual([
      'ProgramArguments different ["/usr/local/bin/web","--port","8080"]',
      'EnvironmentVariables.SITE different "blue"',
      'EnvironmentVariables.DEBUG different null',
      'EnvironmentVariables.PATH different "/usr/local/bin:/usr/bin:/bin"',
      'KeepAlive different {"kind":"dict","entries":{"SuccessfulExit":false}}',
      'ThrottleInterval different 30',
    ]);
  });

  it('says when another file was loaded, but takes /tmp and /private/tmp for one', () => {
    const text = readFixture('service-running-semaphore.txt');
    expect(findings(compare(text, record(web), 'gui/501', 'com.example.web', '/tmp/web.plist'))).toEqual([
      `path different "${file}"`,
    ]);
    const moved = text.replace(file, '/private/tmp/web.plist');
    expect(findings(compare(moved, record(web), 'gui/501', 'com.example.web', '/tmp/web.plist'))).toEqual([]);
  });

  it('reads calendar, watched paths and PathState from triggers, whatever their order', () => {
    const plist = {
      ProgramArguments: ['/bin/sh', '/Users/me/bin/backup.sh'],
      RunAtLoad: true,
      StartInterval: 3600,
      StartCalendarInterval: [record({ Minute: 30, Weekday: 7 }), record({ Hour: 2, Minute: 0 })],
      WatchPaths: ['/Users/me/Documents', '/Users/me/a \\"b\\" c'],
      KeepAlive: record({ PathState: record({ '/Volumes/Backup': true }) }),
    };
    const text = readFixture('service-calendar-spaces.txt');
    const path = '/Users/me/Library/LaunchAgents/com.example.backup.plist';
    const view = (changed: Record<string, PlistValue>) =>
      findings(compare(text, record({ ...plist, ...changed }), 'gui/501', 'com.example.backup', path));
    expect(view({})).toEqual([]);
    expect(view({ StartCalendarInterval: record({ Hour: 2, Minute: 0 }) })).toEqual([
      'StartCalendarInterval different [{"kind":"dict","entries":{"Minute":0,"Hour":2}},{"kind":"dict","entries":{"Minute":30,"Weekday":0}}]',
    ]);
    expect(view({ WatchPaths: ['/Users/me/a \\"b\\" c', '/Users/me/Documents'] })).toHaveLength(1);
    expect(view({ KeepAlive: record({ PathState: record({ '/Volumes/Backup': false }) }) })).toEqual([
      'KeepAlive.PathState different {"kind":"dict","entries":{"/Volumes/Backup":true}}',
    ]);
    expect(view({ StartInterval: 60 })).toEqual(['StartInterval different 3600']);
  });

  it('reads the flags of old releases', () => {
    const plist = record({
      ProgramArguments: ['/usr/local/libexec/sync'],
      KeepAlive: true,
      UserName: '_sync',
      EnablePressuredExit: true,
      InitGroups: false,
      ProcessType: 'Adaptive',
      MachServices: record({ 'com.example.sync': true }),
    });
    const text = readFixture('service-old-properties-block.txt');
    const path = '/Library/LaunchDaemons/com.example.sync.plist';
    expect(findings(compare(text, plist, 'system', 'com.example.sync', path))).toEqual([]);
  });

  it('reads limits, umask, account, sockets, spool folders and both semaphores of a daemon', () => {
    const plist = {
      Program: '/usr/local/sbin/listener',
      UserName: '_listener',
      GroupName: '_listener',
      Umask: '077',
      ThrottleInterval: 20,
      ExitTimeOut: 30,
      KeepAlive: record({ SuccessfulExit: false, Crashed: true }),
      QueueDirectories: ['/var/spool/listener'],
      MachServices: record({ 'com.example.listener.xpc': true }),
      Sockets: record({ Listeners: record({ SockPathName: '/var/run/listener' }) }),
      ProcessType: 'Interactive',
      SoftResourceLimits: record({ NumberOfFiles: 4096 }),
      AbandonProcessGroup: true,
      LowPriorityIO: true,
      LaunchOnlyOnce: true,
      InitGroups: false,
    };
    const text = readFixture('service-sockets-limits.txt');
    const path = '/Library/LaunchDaemons/com.example.listener.plist';
    const view = (changed: Record<string, PlistValue>) =>
      findings(compare(text, record({ ...plist, ...changed }), 'system', 'com.example.listener', path));
    const socket =
      'Sockets.Listeners unverifiable {"kind":"dict","entries":{"SockType":"stream","SockPathName":"/var/run/listener"}}';
    const core = 'HardResourceLimits.Core unverifiable null';
    expect(view({})).toEqual([core, socket]);
    expect(view({ Sockets: record({ Listeners: record({ SockPathName: '/var/run/other' }) }) })).toEqual([
      core,
      socket.replace('unverifiable', 'different'),
    ]);
    expect(view({ SoftResourceLimits: record({ NumberOfFiles: 99 }) })[0]).toBe(
      'SoftResourceLimits.NumberOfFiles different 4096',
    );
    expect(view({ Umask: 77 })[0]).toBe('Umask different 63');
    expect(view({ MachServices: record({ other: true }) }).slice(1, 3)).toEqual([
      'MachServices.other different null',
      'MachServices.com.example.listener.xpc different true',
    ]);
    expect(view({ KeepAlive: record({ SuccessfulExit: true }) }).slice(0, 2)).toEqual([
      'KeepAlive.SuccessfulExit different false',
      'KeepAlive.Crashed different true',
    ]);
  });
});

describe('equal meaning', () => {
  it('takes no KeepAlive, false and an empty dictionary for one', () => {
    for (const value of [false, record({}), 'yes']) expect(between({}, { KeepAlive: value })).toEqual([]);
    expect(between({ KeepAlive: true }, { OnDemand: false })).toEqual([]);
    expect(between({ KeepAlive: true }, {})).toEqual(['KeepAlive different true']);
    expect(between({}, { KeepAlive: true })).toEqual(['KeepAlive different null']);
    expect(between({ KeepAlive: true }, { KeepAlive: record({ Crashed: true }) })).toEqual([
      'KeepAlive different true',
    ]);
    expect(between({ KeepAlive: record({ Crashed: true }) }, {})).toEqual([
      'KeepAlive different {"kind":"dict","entries":{"Crashed":true}}',
    ]);
  });

  it('takes defaults for absent keys, and ignores what launchd ignores', () => {
    const defaults = {
      ThrottleInterval: 10,
      StandardOutPath: '/dev/null',
      WorkingDirectory: '/',
      ProcessType: 'Standard',
    };
    expect(between({}, { ...defaults, RunAtLoad: false, StartInterval: 0, WatchPaths: [] })).toEqual([]);
    expect(between({}, { ThrottleInterval: 0, RunAtLoad: 'yes', StartInterval: '60' })).toEqual([]);
    expect(between({}, { EnvironmentVariables: record({ PORT: 80 }) })).toEqual([]);
    expect(between({}, { UserName: 'root', GroupName: 'wheel' }, 'system')).toEqual([]);
    expect(between({}, { UserName: 'me' })).toEqual([]);
  });

  it('takes the same program for one, named by either key or found in the standard folders', () => {
    expect(between({}, { Program: '/bin/web' })).toEqual([]);
    expect(between({ Program: '/bin/web' }, {})).toEqual([]);
    expect(between({}, { Program: '/bin/other' })).toEqual(['Program different null']);
    expect(between({ Program: '/bin/other' }, {})).toEqual(['Program different "/bin/other"']);
    const text = renderService(
      'gui/501/com.example.web',
      file,
      record({ Program: '/bin/ls', ProgramArguments: ['ls'] }),
    );
    expect(
      findings(compare(text, record({ ProgramArguments: ['ls'] }), 'gui/501', 'com.example.web', file)),
    ).toEqual([]);
  });

  it('accepts relative paths and those in the home folder as they stand or resolved', () => {
    const wanted = { WorkingDirectory: '/Users/me', StandardOutPath: 'logs/out.log' };
    expect(between(wanted, wanted)).toEqual([]);
    expect(between({ ...wanted, StandardOutPath: '/Users/me/logs/out.log' }, wanted)).toEqual([]);
    expect(between(wanted, { ...wanted, StandardOutPath: '/Users/me/logs/out.log' })).toEqual([]);
    expect(between({ ...wanted, StandardOutPath: '/logs/out.log' }, wanted)).toHaveLength(1);
    expect(between({ WatchPaths: ['/Users/me/in'] }, { WatchPaths: ['~/in'] })).toEqual([]);
    expect(between({ WatchPaths: ['~/in'] }, { WatchPaths: ['~/in'] })).toEqual([]);
  });
});

describe('variables', () => {
  const loaded = (name: string) => ({ EnvironmentVariables: record({ [name]: 'x' }) });

  it('leaves out those that launchd puts there', () => {
    for (const name of [
      'XPC_FLAGS',
      'MallocSpaceEfficient',
      'SUDO_UID',
      'OSLogRateLimit',
      '__CF_USER_TEXT_ENCODING',
    ]) {
      expect(between(loaded(name), {})).toEqual([]);
    }
  });

  it('takes one that is left over for a difference if it looks like one of a plist', () => {
    expect(between(loaded('PORT'), {})).toEqual(['EnvironmentVariables.PORT different "x"']);
    expect(between(loaded('http_proxy'), {})).toEqual(['EnvironmentVariables.http_proxy different "x"']);
    expect(between(loaded('AppleNewThing'), {})).toEqual([
      'EnvironmentVariables.AppleNewThing unverifiable "x"',
    ]);
    expect(between(loaded('XPC_FLAGS'), { EnvironmentVariables: record({ XPC_FLAGS: 'y' }) })).toEqual([
      'EnvironmentVariables.XPC_FLAGS unverifiable "x"',
    ]);
  });

  it('compares values with newlines, and doubts them only where the text can mean either', () => {
    const value = (text: string) => ({ EnvironmentVariables: record({ A: text, B: 'b' }) });
    expect(between(value('one\ntwo\n\nthree'), value('one\ntwo\n\nthree'))).toEqual([]);
    expect(between(value('one\ntwo'), value('one\n2'))).toEqual([
      'EnvironmentVariables.A different "one\\ntwo"',
    ]);
    expect(between(value('one\n\t\ttwo'), value('one\n\t\ttwo'))).toEqual([
      'EnvironmentVariables.A unverifiable "one"',
    ]);
  });
});

describe('arguments', () => {
  const run = (...rest: string[]) => ({ ProgramArguments: ['/bin/web', ...rest] });

  it('tells an argument with a newline from two arguments', () => {
    expect(between(run('a\nb', ''), run('a\nb', ''))).toEqual([]);
    expect(between(run('a\nb'), run('a', 'b'))).toEqual(['ProgramArguments different ["/bin/web","a\\nb"]']);
    expect(between(run('a', 'b'), run('a\nb'))).toEqual(['ProgramArguments different ["/bin/web","a","b"]']);
  });

  it('doubts an argument whose second line is printed like another argument', () => {
    expect(between(run('a\n\t\tb'), run('a\n\t\tb'))).toEqual([
      'ProgramArguments unverifiable ["/bin/web","a","b"]',
    ]);
    expect(between(run('a\n\t\tb'), run('a\n\t\tc'))).toEqual([
      'ProgramArguments different ["/bin/web","a","b"]',
    ]);
  });
});

describe('what cannot be known', () => {
  it('doubts everything that trimmed text leaves out', () => {
    const text = 'gui/501/com.example.web = {\n\tstate = not running\n\truns = 0\n}\n';
    const verdicts = compare(text, record(web), 'gui/501', 'com.example.web', file);
    expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['unverifiable']));
    expect(verdicts.map(({ path }) => path[0])).toEqual(
      expect.arrayContaining(['path', 'KeepAlive', 'RunAtLoad']),
    );
  });

  it('believes flags that are there, even when other parts were trimmed', () => {
    const text =
      'gui/501/com.example.web = {\n\tstate = not running\n\trun interval = 60 seconds\n\n\tproperties = runatload\n}\n';
    const verdicts = compare(
      text,
      record({ KeepAlive: true, StartInterval: 60 }),
      'gui/501',
      'com.example.web',
      file,
    );
    const of = (key: string) => verdicts.find(({ path }) => path[0] === key)?.verdict;
    expect([of('RunAtLoad'), of('KeepAlive'), of('StartInterval'), of('ProgramArguments')]).toEqual([
      'different',
      'different',
      'equal',
      'unverifiable',
    ]);
  });

  it('doubts keys without a trace, but only when the plist has them', () => {
    const silent = {
      Nice: 5,
      SessionCreate: true,
      LimitLoadToSessionType: 'Aqua',
      StartOnMount: true,
      KeepAlive: record({ OtherJobEnabled: record({ 'com.example.db': true }) }),
    };
    expect(between({}, { ...silent, Label: 'com.example.web', Disabled: true })).toEqual([
      'KeepAlive.OtherJobEnabled unverifiable null',
      'Nice unverifiable null',
      'SessionCreate unverifiable null',
      'LimitLoadToSessionType unverifiable null',
      'StartOnMount unverifiable null',
    ]);
    expect(between({ ExitTimeOut: 42 }, {})).toEqual(['ExitTimeOut unverifiable 42']);
    expect(between({ ExitTimeOut: 20 }, {})).toEqual([]);
    expect(between({ ExitTimeOut: 20 }, { ExitTimeOut: 0 })).toEqual(['ExitTimeOut different 20']);
  });

  it('judges what it knows beside semaphores that it does not know', () => {
    const plist = { ProgramArguments: ['/bin/web'], KeepAlive: record({ Crashed: true }) };
    const odd = renderService('gui/501/com.example.web', file, record(plist)).replace(
      '\t\tafter crash => 1',
      '\t\tafter crash => 1\n\t\tafter lunch => 1',
    );
    const view = (keepAlive: PlistValue) =>
      findings(compare(odd, record({ ...plist, KeepAlive: keepAlive }), 'gui/501', 'com.example.web', file));
    expect(view(record({ Crashed: true }))).toEqual(['KeepAlive unverifiable null']);
    expect(view(record({ Crashed: false, OtherJobEnabled: record({ a: true }) }))).toEqual([
      'KeepAlive.Crashed different true',
      'KeepAlive.OtherJobEnabled unverifiable null',
    ]);
    expect(view(false)).toEqual(['KeepAlive different {"kind":"dict","entries":{"Crashed":true}}']);
  });

  it('compares a priority that is printed, and doubts one that is not', () => {
    const plist = { ProgramArguments: ['/bin/web'] };
    const text = renderService('gui/501/com.example.web', file, record(plist));
    const nice = text.replace('\tminimum runtime', '\tnice = -5\n\tminimum runtime');
    const view = (printed: string, wanted: Record<string, PlistValue>) =>
      findings(compare(printed, record({ ...plist, ...wanted }), 'gui/501', 'com.example.web', file));
    expect(view(nice, { Nice: -5 })).toEqual([]);
    expect(view(nice, {})).toEqual(['Nice different -5']);
    expect(view(text, { Nice: -5 })).toEqual(['Nice unverifiable null']);
  });

  it('doubts variables whose names cannot be told from their values, and sockets that are not printed', () => {
    expect(between({}, { EnvironmentVariables: record({ 'A=B': 'x' }) })).toEqual([
      'EnvironmentVariables.A=B unverifiable null',
    ]);
    expect(between({}, { Sockets: record({ Web: record({ SockServiceName: '80' }) }) })).toEqual([
      'Sockets.Web unverifiable null',
    ]);
  });

  it('does not take a throttle that grew by crashes for that of the plist', () => {
    const grown = renderService(
      'gui/501/com.example.web',
      file,
      record({ ProgramArguments: ['/bin/web'], ThrottleInterval: 80 }),
    );
    const view = (text: string) =>
      findings(compare(text, record({ ProgramArguments: ['/bin/web'] }), 'gui/501', 'com.example.web', file));
    expect(view(grown)).toEqual(['ThrottleInterval different 80']);
    const crashing = grown.replace('\truns = 0\n', '\truns = 9\n\tsuccessive crashes = 8\n');
    expect(view(crashing)).toEqual(['ThrottleInterval unverifiable 80']);
    const base = crashing.replace('\texit timeout', '\tbase minimum runtime = 10\n\texit timeout');
    expect(view(base)).toEqual([]);
  });
});
