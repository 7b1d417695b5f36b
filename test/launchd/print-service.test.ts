import { describe, expect, it } from 'vitest';
import { parseService } from '../../src/launchd/print-service.ts';
import type { Domain } from '../../src/model/domain.ts';
import type { Service } from '../../src/model/service.ts';
import { readFixture } from './read-fixture.ts';

const web = { domain: 'gui/501', label: 'com.example.web' } as const;
const running = readFixture('service-running-semaphore.txt');

function service(text: string, domain: Domain, label: string): Service {
  const reading = parseService(text, { domain, label });
  if (!reading.ok) throw new Error(reading.why);
  return reading.service;
}

function why(text: string): string {
  const reading = parseService(text, web);
  return reading.ok ? 'trusted' : reading.why;
}

describe('parseService', () => {
  it('reads a running agent, and nothing of its nested blocks as its own', () => {
    expect(service(running, 'gui/501', 'com.example.web')).toMatchObject({
      label: 'com.example.web',
      domain: 'gui/501',
      path: '/Users/me/Library/LaunchAgents/com.example.web.plist',
      submitted: false,
      state: 'running',
      pid: 4242,
      runs: 2,
      lastExit: { signal: 9, name: 'SIGKILL' },
      pended: null,
      exitTimeout: 5,
      minimumRuntime: 30,
      blocks: {
        arguments: { lines: ['/usr/local/bin/web', '--port', '8080'] },
        environment: { fields: { SITE: 'blue', PATH: '/usr/local/bin:/usr/bin:/bin' } },
        'resource coalition': { fields: { pid: '7', state: 'active' } },
        semaphores: { fields: { 'successful exit': '0' } },
      },
    });
  });

  it('reads the header and the flags of old releases', () => {
    const old = service(readFixture('service-old-properties-block.txt'), 'system', 'com.example.sync');
    expect(old).toMatchObject({ state: 'running', pid: 518, runs: 1, lastExit: null });
    expect(old.blocks['properties']?.fields).toMatchObject({ keepalive: '1', runatload: '0' });
  });

  it('reads a job that an app submitted, pended and refused by its signature', () => {
    const helper = service(readFixture('service-submitted.txt'), 'gui/501', 'com.example.helper');
    expect(helper).toMatchObject({
      submitted: true,
      state: 'spawn scheduled',
      pid: null,
      runs: 153,
      lastExit: { reason: 'OS_REASON_CODESIGNING' },
      pended: 'inefficient',
      exitTimeout: null,
      minimumRuntime: null,
    });
  });

  it('prefers the base of a minimum runtime that failures made grow, and reads an annotated exit code', () => {
    const listener = service(readFixture('service-sockets-limits.txt'), 'system', 'com.example.listener');
    expect(listener).toMatchObject({
      state: 'SIGTERMed',
      pid: 202,
      minimumRuntime: 20,
      lastExit: { code: 78 },
    });
    expect(listener.blocks['sockets']?.blocks['Listeners']).toMatchObject({
      fields: { path: '/var/run/listener', passive: '1' },
      blocks: { sockets: { lines: ['13 (no bytes to read)'] } },
    });
  });

  it('reads nested triggers of text whose tabs became spaces', () => {
    const backup = service(readFixture('service-calendar-spaces.txt'), 'gui/501', 'com.example.backup');
    expect(backup).toMatchObject({ state: 'not running', pid: null, runs: 4, lastExit: { code: 0 } });
    const trigger = backup.blocks['event triggers']?.blocks['com.example.backup.268435470'];
    expect(trigger?.fields['stream']).toBe('com.apple.launchd.calendarinterval');
    expect(trigger?.blocks['descriptor']?.fields).toEqual({ Minute: '0', Hour: '2' });
  });

  it('gives every way a run can end, and says unknown for the rest', () => {
    const line = '\tlast terminating signal = Killed: 9\n';
    const lastExit = (instead: string) =>
      service(running.replace(line, instead === '' ? '' : `\t${instead}\n`), 'gui/501', 'com.example.web')
        .lastExit;
    expect(lastExit('last exit code = (never exited)')).toBeNull();
    expect(lastExit('last exit code = 0')).toEqual({ code: 0 });
    expect(lastExit('last exit code = 78: EX_CONFIG')).toEqual({ code: 78 });
    expect(lastExit('last terminating signal = Bus error: 10')).toEqual({ signal: 10, name: 'SIGBUS' });
    expect(lastExit('last terminating signal = Illegal instruction: 4')).toEqual({
      signal: 4,
      name: 'SIGILL',
    });
    expect(lastExit('last terminating signal = Strange: 77')).toEqual({ signal: 77, name: 'signal 77' });
    expect(lastExit('last exit reason = JETSAM_REASON_MEMORY_IDLE_EXIT')).toEqual({
      reason: 'JETSAM_REASON_MEMORY_IDLE_EXIT',
    });
    expect(lastExit('last exit status = 256')).toEqual({ code: 1 });
    expect(lastExit('last exit status = 15')).toEqual({ signal: 15, name: 'SIGTERM' });
    for (const odd of [
      '',
      'last exit code = soon',
      'last exit status = -1',
      'last terminating signal = Killed',
    ]) {
      expect(lastExit(odd)).toEqual({ reason: 'unknown' });
    }
    expect(lastExit('last exit code = 0\n\tlast exit status = 0')).toEqual({ reason: 'unknown' });
  });

  it('refuses text that is cut off, anywhere', () => {
    const whole = running.trimEnd();
    for (let length = 0; length < whole.length; length += 1)
      expect(why(whole.slice(0, length))).not.toBe('trusted');
  });

  it('refuses another job, another domain, and no job at all', () => {
    expect(why(running.replace('gui/501/com.example.web = {', 'gui/501/com.example.web2 = {'))).toBe(
      'It describes "gui/501/com.example.web2", not "gui/501/com.example.web".',
    );
    expect(why(running.replace('gui/501/', 'user/501/'))).toMatch(/It describes "user\/501/);
    expect(why(running.replace('domain = gui/501', 'domain = gui/502'))).toMatch(/of the domain "gui\/502"/);
    expect(
      why(running.replace('domain = gui/501 [', 'domain = com.apple.xpc.launchd.domain.system [')),
    ).toMatch(/of the domain/);
    expect(
      why('Bad request.\nCould not find service "com.example.web" in domain for user gui: 501\n'),
    ).toMatch(/does not begin with a name/);
    expect(why('')).toBe('The answer is empty.');
  });

  it('refuses what contradicts itself or does not read', () => {
    expect(why(running.replace('\tasid = 100020', '\tstate = running'))).toBe('It says "state" twice.');
    expect(why(running.replace('\tresource coalition = {', '\tsemaphores = {'))).toBe(
      'It says "semaphores" twice.',
    );
    expect(why(running.replace('\tstate = running\n', ''))).toBe('It does not tell the state of the job.');
    expect(why(running.replace('\tpid = 4242\n', ''))).toMatch(/running, but no process is named/);
    expect(why(running.replace('state = running', 'state = not running'))).toMatch(/yet a process is named/);
    expect(why(running.replace('pid = 4242', 'pid = 42x'))).toBe('Its pid is not a number: "42x".');
    expect(why(running.replace('pid = 4242', 'pid = 0'))).toMatch(/process 0/);
    expect(why(running.replace('runs = 2', 'runs = -2'))).toBe('Its runs is not a number: "-2".');
    expect(why(running.replace('\tsemaphores = {', '\t\tsemaphores = {'))).toMatch(/belongs to a block/);
    expect(why(running.replace('\tasid', 'asid'))).toMatch(/is not indented as a field/);
    expect(why(`${running}${running}`)).toMatch(/not indented as a field: "}"/);
  });
});

describe('arguments and paths that imitate the text', () => {
  const withArgument = (argument: string) => running.replace('\t\t--port\n', () => `\t\t${argument}\n`);

  it('keeps arguments that look like fields and braces', () => {
    for (const argument of [
      '}',
      ']',
      '{',
      'state = running',
      'pid = 1',
      '\tpid = 1',
      'x => {',
      'endpoints = {',
      '',
    ]) {
      const read = service(withArgument(argument), 'gui/501', 'com.example.web');
      expect(read).toMatchObject({ state: 'running', pid: 4242, runs: 2 });
      expect(read.blocks['arguments']?.lines).toEqual(['/usr/local/bin/web', argument, '8080']);
    }
  });

  it('joins the lines of an argument with newlines', () => {
    const read = service(withArgument('one\ntwo\n\npid = 1\n\tpid = 2'), 'gui/501', 'com.example.web');
    expect(read.pid).toBe(4242);
    expect(read.blocks['arguments']?.lines[1]).toBe('one\ntwo\n\npid = 1\n\tpid = 2');
  });

  it('refuses arguments that close their block or the text', () => {
    expect(why(withArgument('a\n\t}'))).toMatch(/belongs to a block, but none is open/);
    expect(why(withArgument('a\n\t}\n\tpid = 1\n\tx = {'))).toBe('It says "pid" twice.');
    expect(why(withArgument('a\n\t}\n}'))).toMatch(/not indented as a field/);
    expect(why(withArgument('a\n\t}\n\tstate = running\n\tx = {'))).toBe('It says "state" twice.');
  });

  it('does not believe in a process that an argument, a path or a trigger made up', () => {
    const idle = running.replace('state = running', 'state = spawn scheduled').replace('\tpid = 4242\n', '');
    expect(why(idle)).toBe('trusted');
    expect(why(idle.replace('\t\t--port\n', '\t\ta\n\t}\n\tpid = 1\n\tx = {\n'))).toMatch(/unusual place/);
    expect(why(idle.replace('web.log\n', 'web.log\n\tpid = 1\n'))).toMatch(/unusual place/);
    expect(why(idle.replace('\t\tsuccessful exit => 0\n', '\t}\n\tpid = 1\n\tx = {\n'))).toMatch(
      /unusual place/,
    );
  });
});
