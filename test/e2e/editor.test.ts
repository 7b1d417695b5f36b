import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Completion, LanguageServer } from '../support/language-server.ts';
import { createWorld, type World } from '../support/private-home.ts';

/** What an editor makes of `reconcile schema`: yaml-language-server itself, the one of VS Code, Neovim and others. */

let world: World;
let server: LanguageServer;
beforeAll(async () => {
  world = createWorld();
  // As `reconcile init` says.
  const { stdout } = await world.reconcile('schema');
  world.write('.reconcile.schema.json', stdout);
  server = await LanguageServer.start(world.home);
});
afterAll(async () => {
  await server.stop();
  await world.end();
});

const MODELINE = '# yaml-language-server: $schema=.reconcile.schema.json\n';
const WEB = 'version: 1\ninstances:\n  web:\n';

const complete = (marked: string): Promise<readonly Completion[]> => server.complete(MODELINE + marked);
const hover = (marked: string): Promise<string | null> => server.hover(MODELINE + marked);
const problems = async (text: string): Promise<readonly string[]> =>
  (await server.problems(MODELINE + text)).map(
    ({ message, range: { start } }) => `${start.line}:${start.character + 1} ${message}`,
  );

const labels = (offered: readonly Completion[]): readonly string[] => offered.map(({ label }) => label);
const told = (offered: readonly Completion[], label: string): string => {
  const { documentation } = offered.find((each) => each.label === label) ?? {};
  return typeof documentation === 'object' ? documentation.value : (documentation ?? '');
};
const inserted = (offered: readonly Completion[], label: string): string | undefined =>
  offered.find((each) => each.label === label)?.textEdit?.newText;

describe('completion', () => {
  it('offers the keys of the file, each with what it is', async () => {
    const offered = await complete('version: 1\n|');
    expect(labels(offered)).toEqual(
      'name label_prefix vars include defaults templates instances audit on_event moved'.split(' '),
    );
    for (const label of labels(offered)) expect(told(offered, label), label).not.toBe('');
    expect(told(offered, 'defaults')).toBe('Fields for instances to build on.');
  });

  it('offers whole jobs below instances, with places to fill in', async () => {
    const offered = await complete('version: 1\ninstances:\n  |');
    expect(inserted(offered, 'a job that keeps running')).toBe(
      `\${1:name}:\n  command: \${2:/path/to/program}\n  restart: \${3:on-failure}\n  logs: true`,
    );
    expect(labels(offered)).toContain('a job at times of the calendar');
    expect(labels(offered)).toContain('a job every so often');
  });

  it.each([
    ['an instance', WEB, ['template']],
    ['defaults', 'version: 1\ndefaults:\n', []],
    ['a template', 'version: 1\ntemplates:\n  t:\n', []],
  ])('offers the fields of %s, with what they write and a value to begin with', async (_, before, own) => {
    const indent = ' '.repeat((/ *(?=\S*:\n$)/.exec(before)?.[0].length ?? 0) + 2);
    const offered = await complete(`${before}${indent}|`);
    expect(labels(offered)).toEqual(
      expect.arrayContaining([...own, 'command', 'restart', 'start', 'launchd']),
    );
    expect(labels(offered).includes('template')).toBe(own.length > 0);
    for (const label of labels(offered)) expect(told(offered, label), label).not.toBe('');
    expect(told(offered, 'stop_timeout')).toMatch(/SIGKILL.*Writes `ExitTimeOut`/);
    expect(inserted(offered, 'label')).toBe(`label: \${1:com.example.backup}`);
    expect(inserted(offered, 'start')).toBe('start:\n  ');
    expect(inserted(offered, 'script')).toBe('script: |\n  date >> ~/log\n  exec sync-photos');
  });

  it('leaves out what is written already', async () => {
    expect(labels(await complete(`${WEB}    command: x\n    |`))).not.toContain('command');
  });

  it.each(['    restart: |', '    restart:\n      policy: |', '    restart: {policy: |}'])(
    'offers the restart policies, each in words: %s',
    async (line) => {
      const offered = await complete(WEB + line);
      expect(labels(offered)).toEqual(
        expect.arrayContaining(['always', 'on-failure', 'on-success', 'on-crash', 'never']),
      );
      expect(told(offered, 'on-failure')).toBe(
        'Restarts after a failure or any signal; stays down after exit 0.',
      );
    },
  );

  it('offers the members of a map', async () => {
    const members = async (text: string): Promise<readonly string[]> => labels(await complete(WEB + text));
    expect(await members('    restart:\n      |')).toEqual(['policy', 'throttle', 'run_while']);
    expect(await members('    start:\n      |')).toEqual([
      'at_load',
      'every',
      'schedule',
      'watch',
      'queue',
      'on_mount',
    ]);
    expect(await members('    limits:\n      |')).toContain('open_files');
    expect(await members('    when:\n      |')).toEqual(['host', 'user', 'os', 'arch']);
    expect(await members('    start:\n      schedule:\n        - |')).toContain('minute');
  });

  it.each([
    ['process_type', ['background', 'standard', 'adaptive', 'interactive']],
    ['domain', ['gui', 'user', 'system', 'all-users']],
    ['managed_by', ['reconcile', 'other']],
    ['enabled', ['true', 'false']],
    ['stop_timeout', ['30s', '10s', '2m']],
    ['template', ['lima']],
  ])('offers the values of %s', async (field, values) => {
    const offered = await complete(`${WEB}    ${field}: |`);
    expect(labels(offered)).toEqual([...values, 'null']);
    if (['process_type', 'domain', 'managed_by'].includes(field))
      for (const value of values) expect(told(offered, value), value).not.toBe('');
  });

  it('offers times, quoted where YAML needs it', async () => {
    expect(labels(await complete(`${WEB}    start:\n      schedule: |`))).toEqual(
      expect.arrayContaining(['30 3 * * 1-5', '"@daily"']),
    );
    expect(labels(await complete(`${WEB}    start:\n      every: |`))).toEqual(
      expect.arrayContaining(['15m', '1h', '1d']),
    );
  });

  it('offers the keys of launchd.plist(5), their members and their words', async () => {
    const keys = await complete(`${WEB}    launchd:\n      |`);
    expect(labels(keys)).toEqual(expect.arrayContaining(['KeepAlive', 'Sockets', 'MachServices', 'Umask']));
    // The Label has a field, ServiceIPC is ignored by launchd, and the manual does not know JoinGUISession.
    for (const name of ['Label', 'ServiceIPC', 'JoinGUISession', 'OnDemand'])
      expect(labels(keys)).not.toContain(name);
    for (const label of labels(keys)) expect(told(keys, label), label).not.toBe('');
    expect(told(keys, 'ThrottleInterval')).toMatch(
      /start to start[\s\S]*Default: 10[\s\S]*- .*never gives up/,
    );
    expect(labels(await complete(`${WEB}    launchd:\n      KeepAlive:\n        |`))).toEqual([
      'SuccessfulExit',
      'Crashed',
      'PathState',
      'OtherJobEnabled',
    ]);
    expect(labels(await complete(`${WEB}    launchd:\n      ProcessType: |`))).toEqual([
      'Background',
      'Standard',
      'Adaptive',
      'Interactive',
    ]);
    expect(
      labels(await complete(`${WEB}    launchd:\n      Sockets:\n        http:\n          |`)),
    ).toContain('SockServiceName');
  });

  it('offers the rules of audit, each with its title', async () => {
    const offered = await complete('version: 1\naudit:\n  ignore:\n    - |');
    expect(told(offered, 'run/shell-command')).toBe('Runs through a shell with -c');
  });
});

describe('hover', () => {
  it('tells what a field is, what it writes, and each of its words', async () => {
    const text = await hover(`${WEB}    process_|type: background`);
    expect(text).toContain('How much of the machine it may claim. Writes `ProcessType`.');
    expect(text).toMatch(/\* `background`: Work that nobody waits for/);
    expect(text).not.toContain('||');
  });

  it('tells it of fields that are maps, too', async () => {
    expect(await hover(`${WEB}    res|tart: always`)).toMatch(
      /#### restart\n\nA policy alone.*\n\nAllowed Values:\n\n\* `always`: Restarts whatever the exit\./,
    );
    expect(await hover(`${WEB}    st|art: {every: 5m}`)).toContain('What starts the job.');
  });

  it('shows an example', async () => {
    expect(await hover(`${WEB}    start: {ev|ery: 5m}`)).toContain('```yaml\n15m\n```');
  });

  it('tells what a key of launchd really does', async () => {
    expect(await hover(`${WEB}    launchd: {KeepAlive: {Success|fulExit: true}}`)).toContain(
      'It is often read the wrong way round',
    );
  });
});

describe('diagnostics', () => {
  it('has none for what `init` writes, and for a file with every kind of field', async () => {
    const { code } = await world.reconcile('init', '-f', 'first.yaml');
    expect(code).toBe(0);
    expect(await problems(world.read('first.yaml'))).toEqual([]);
    const full = [
      'version: 1',
      'vars: {brew: /opt/homebrew, on: true, port: 80}',
      `templates: {t: {command: ["\${vars.brew}/bin/x"], process_type: "\${vars.kind}"}}`,
      'instances:',
      '  web:',
      '    template: [t]',
      '    start: {every: 900, schedule: [{minute: 0, hour: "*"}]}',
      '    restart: {throttle: 1h30m, policy: null}',
      '    environment: {PORT: 8080, RATE: 0.5}',
      '    limits: {open_files: 4096, core: {soft: 0}, stack: null}',
      '    launchd: {KeepAlive: {PathState: {/a: true}}, StartCalendarInterval: [{Minute: 0}], Umask: "022"}',
      '    launchd_unchecked: {Private: [1, {a: b}]}',
    ].join('\n');
    expect(await problems(full)).toEqual([]);
  });

  it.each([
    ['version: 2', '1:10 Value must be 1.'],
    ['version: 1\nservices: {}', '2:1 Property services is not allowed.'],
    [`${WEB}    envronment: {}`, '4:5 Property envronment is not allowed.'],
    [`${WEB}    nice: 30`, '4:11 Value is above the maximum of 20.'],
    [`${WEB}    start: {every: soon}`, '4:20 Not a duration. Write 30s, 15m, 1h30m or 2d, or whole seconds.'],
    [
      `${WEB}    restart: "no"`,
      '4:14 Value is not accepted. Valid values: "always", "on-failure", "on-success", "on-crash", "never".',
    ],
    [`${WEB}    launchd: {KeepAlives: true}`, '4:15 Property KeepAlives is not allowed.'],
    [`${WEB}    launchd: {Nice: high}`, '4:21 Incorrect type. Expected "integer".'],
    [
      `${WEB}    launchd: {ServiceIPC: true}`,
      'ServiceIPC does nothing: launchd ignores it today. Leave it out.',
    ],
    [`${WEB}    launchd: {OnDemand: false}`, 'OnDemand is deprecated. Use KeepAlive'],
    [`${WEB}    audit: {ignore: [shell]}`, '4:22 Not a code of a rule.'],
  ])('underlines %j', async (text, expected) => {
    expect((await problems(text)).join('\n')).toContain(expected);
  });
});
