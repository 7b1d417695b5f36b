import { describe, expect, it } from 'vitest';
import { meantBy } from '../../src/config/misfit.ts';
import { fieldShape } from '../../src/config/schema-fields.ts';
import { codes, FILE, parse } from './host.ts';

/** The instance `web` with these lines, from line 4 and column 5 on. */
const web = (lines: string): string => `version: 1\ninstances:\n  web:\n${lines.replaceAll(/^/gm, '    ')}\n`;

describe('bad YAML', () => {
  it.each([
    ['a bracket left open', 'version: 1\ninstances: {a: {\n', ['2:17 yaml/syntax']],
    [
      'a bare ${…} in braces, and no echo of it',
      'version: 1\ninstances:\n  a: { command: ${home}/x }\n  b: {\n command: y }\n',
      ['3:17 yaml/syntax'],
    ],
    ['a tab as indentation', 'version: 1\ninstances:\n\ta: 1\n', ['3:1 yaml/syntax']],
    ['a key written twice', web('command: a\ncommand: b'), ['5:5 yaml/duplicate-key']],
    ['an alias of nothing', web('command: *cmd'), ['4:14 yaml/alias-unknown']],
    ['an alias of itself', web('command: x\nlaunchd: &all {Sub: *all}'), ['5:25 yaml/alias-cycle']],
    ['a merge of a text', web('command: x\n<<: text'), ['5:9 yaml/merge']],
    ['a tag of some language', web('command: !!python/object x'), ['4:14 yaml/tag']],
    ['two documents', 'version: 1\ninstances: {}\n---\nversion: 1\n', ['3:1 yaml/several-documents']],
    ['a control character', web('command: "a\\u0007b"'), ['4:14 yaml/control-character']],
    ['YAML 1.1 asked for', '%YAML 1.1\n---\nversion: 1\ninstances: {}\n', ['1:1 yaml/version']],
    ['a list at the top', '- a\n', ['1:1 file/shape']],
  ])('%s', (_, text, expected) => {
    expect(codes(parse(text))).toEqual(expected);
  });

  it('says where the first of two equal keys is', () => {
    const [diagnostic] = parse(web('command: a\nstdout: x\ncommand: b')).diagnostics;
    expect(diagnostic).toMatchObject({
      message: expect.stringContaining('line 4'),
      length: 'command'.length,
    });
  });

  it('counts lines and columns as editors do, with a byte order mark and Windows line ends', () => {
    const text = web('command: x\nnice: 99').replaceAll('\n', '\r\n');
    expect(codes(parse(`\ufeff${text}`))).toEqual(['5:11 field/value']);
    expect(codes(parse('\ufeffversion: 2\ninstances: {}\n'))).toEqual(['1:10 field/value']);
  });

  it('reads on under YAML 1.1, by the rules of 1.2', () => {
    const { config, diagnostics } = parse(
      `%YAML 1.1\n---\n${web('command: x\nenvironment: {A: yes, B: 010}')}`,
    );
    expect(diagnostics.map(({ severity }) => severity)).toEqual(['warning']);
    expect({ ...config?.instances[0]?.fields.environment }).toEqual({ A: 'yes', B: '010' });
  });
});

describe('bad fields', () => {
  it.each([
    ['a misspelt field', 'command: x\nenvironmant: {}', '5:5 field/unknown', '`environment`'],
    ['a misspelt field within one', 'command: x\nstart: {evry: 5m}', '5:13 field/unknown', '`every`'],
    ['a word of Compose', 'command: x\nstop_grace_period: 5s', '5:5 field/unknown', '`stop_timeout`'],
    ['a policy of Compose', 'command: x\nrestart: "no"', '5:14 field/value', '`never`'],
    ['another one', 'command: x\nrestart: unless-stopped', '5:14 field/value', '`always`'],
    ['a retry count', 'command: x\nrestart: on-failure:3', '5:14 field/value', '`on-failure`'],
    ['a policy as a boolean', 'command: x\nrestart: false', '5:14 field/type', '`never`'],
    [
      'a key of launchd',
      'command: x\nKeepAlive: true',
      '5:5 field/unknown',
      'Write `restart:`, or put it under `launchd:`.',
    ],
    ['another one', 'ProgramArguments: [x]\ncommand: x', '4:5 field/unknown', 'Write `command:`'],
    ['one without a field', 'command: x\nSockets: {}', '5:5 field/unknown', 'under `launchd:`'],
    [
      'a health check that asks nowhere',
      'command: x\nhealthcheck: {tcp: web}',
      '5:24 healthcheck/address',
      '127.0.0.1',
    ],
    ['a port beyond the last', 'command: x\nhealthcheck: {tcp: 65536}', '5:24 healthcheck/address', '65535'],
    ['a page without http', 'command: x\nhealthcheck: {http: localhost}', '5:25 healthcheck/url', 'http://'],
    ['no retries', 'command: x\nhealthcheck: {tcp: 80, retries: 0}', '5:37 field/value', 'from 1'],
    [
      'a fresh file of any age',
      'command: x\nhealthcheck: {fresh_file: {path: /x}}',
      '5:31 field/missing',
      'within',
    ],
    ['yes for true', 'command: x\nenabled: yes', '5:14 field/type', 'Write true.'],
    ['off for false', 'command: x\nlogs: off', '5:11 field/type', 'Write false.'],
    ['true in quotes', 'command: x\nlogs: "true"', '5:11 field/type', 'Write true.'],
    [
      'a umask that YAML reads as a number',
      'command: x\numask: 022',
      '5:12 umask/number',
      'Write it in quotes: "022".',
    ],
    [
      'a umask with a zero too many',
      'command: x\numask: 0644',
      '5:12 umask/number',
      'Write it in quotes: "644".',
    ],
    ['a umask that is not octal', 'command: x\numask: "089"', '5:12 umask/invalid', '"022"'],
    ['a label with a slash', 'command: x\nlabel: com.example/x', '5:12 label/invalid', 'dots and dashes'],
    ['a label with a space', 'command: x\nlabel: com.example x', '5:12 label/invalid', 'dots and dashes'],
    ['a label with two dots', 'command: x\nlabel: com..example', '5:12 label/invalid', 'dots and dashes'],
    ["a label of Apple's", 'command: x\nlabel: com.apple.x', '5:12 label/apple', 'prefix of your own'],
    ['an empty label', 'command: x\nlabel: ""', '5:12 label/invalid', 'dots and dashes'],
    [
      'a boolean in the environment',
      'command: x\nenvironment: {A: true}',
      '5:22 environment/boolean',
      '"true"',
    ],
    ['nothing in the environment', 'command: x\nenvironment: {A: }', '5:22 field/type', 'Write a value'],
    ['a variable without a name', 'command: x\nenvironment: {"A=B": c}', '5:19 environment/name', 'no `=`'],
    ['no duration', 'command: x\nstop_timeout: soon', '5:19 duration/invalid', '`30s`'],
    ['half a second', 'command: x\nstop_timeout: 500ms', '5:19 duration/invalid', '`30s`'],
    ['a duration of zero', 'command: x\nstop_timeout: 0', '5:19 duration/invalid', '`30s`'],
    ['a duration below zero', 'command: x\nstop_timeout: -5', '5:19 duration/invalid', '`30s`'],
    ['a duration of years', 'command: x\nstop_timeout: 500d', '5:19 duration/invalid', '`30s`'],
    ['a real number of seconds', 'command: x\nstop_timeout: 1.5', '5:19 field/type', ''],
    ['a number out of range', 'command: x\nnice: 30', '5:11 field/value', ''],
    ['a number in quotes', 'command: x\nnice: "5"', '5:11 field/type', 'Write 5 without quotes.'],
    ['a number with a fraction', 'command: x\nnice: 5.0', '5:11 field/type', ''],
    ['a number for a text', 'command: x\nstdout: 5', '5:13 field/type', 'Write it in quotes: "5".'],
    ['a text for a list', 'command: x\npath: /opt/bin', '5:11 field/type', '[/opt/bin]'],
    ['an empty list', 'command: []', '4:14 field/empty', 'null'],
    ['a word in capitals', 'command: x\nprocess_type: Background', '5:19 field/value', '`background`'],
    ['an unknown limit', 'command: x\nlimits: {open_file: 5}', '5:14 field/unknown', '`open_files`'],
    [
      'a soft limit above the hard one',
      'command: x\nlimits: {stack: {soft: 2, hard: 1}}',
      '5:37 limits/soft-above-hard',
      'Raise',
    ],
    [
      'an hour without a minute',
      'command: x\nstart: {schedule: [{hour: 3}]}',
      '5:24 schedule/no-minute',
      'minute: "*"',
    ],
    [
      'an hour that no clock shows',
      'command: x\nstart: {schedule: [{hour: 24, minute: 0}]}',
      '5:31 field/value',
      '',
    ],
    [
      'a minute in quotes',
      'command: x\nstart: {schedule: [{minute: "5"}]}',
      '5:33 field/type',
      'a whole number from 0 to 59, or "*"',
    ],
    [
      'a short form, told as it is written',
      'command: x\nrestart: often',
      '5:14 field/value',
      '`restart` must',
    ],
    [
      'a short form of two members, told once',
      'command: x\nlimits: {cpu: -1}',
      '5:19 field/value',
      '`limits.cpu`',
    ],
    ['an empty text', 'command: x\nstdout: ""', '5:13 field/empty', 'Write a value'],
    ['nothing to run', 'stdout: /tmp/x', '3:3 run/missing', '`command:`'],
    [
      'a slip in the minute, told once',
      'command: x\nstart: {schedule: [{mintue: 5, hour: 3}]}',
      '5:25 field/unknown',
      '`minute`',
    ],
    [
      'a month and no minute',
      'command: x\nstart: {schedule: [{month: 5}]}',
      '5:24 schedule/no-minute',
      '`minute: 0`',
    ],
    ['nothing but a slip to run, told once', 'comand: x', '4:5 field/unknown', '`command`'],
    ['an entry of another tool to run, told once', 'exec: x', '4:5 field/unknown', '`command`'],
    ['two things to run', 'command: x\nscript: y', '5:13 run/conflict', 'Keep one'],
    ['a user for an agent', 'command: x\nuser: root', '5:11 field/system-only', '`domain: system`'],
    [
      'the same, said in the other order',
      'group: staff\ncommand: x\ndomain: user',
      '6:13 field/system-only',
      '`domain: system`',
    ],
    [
      'a policy beside run_while',
      'command: x\nrestart: {policy: always, run_while: {paths: {/x: true}}}',
      '5:42 restart/run-while',
      '`policy: null`',
    ],
    [
      'run_while without a condition',
      'command: x\nrestart: {run_while: {}}',
      '5:26 restart/run-while-empty',
      'paths',
    ],
    [
      'run_while with its only condition taken away',
      'command: x\nrestart: {run_while: {paths: {/x: null}}}',
      '5:26 restart/run-while-empty',
      'paths',
    ],
    ['the label under launchd', 'command: x\nlaunchd: {Label: y}', '5:15 launchd/label', '`label:`'],
    ['nothing under launchd', 'command: x\nlaunchd: {Nice: }', '5:21 launchd/null', 'Write a value'],
    ['infinity under launchd', 'command: x\nlaunchd: {Nice: .inf}', '5:21 launchd/number', ''],
    [
      'an instance that is not there',
      'command: x\ndepends_on: [db]',
      '5:18 depends-on/unknown',
      'Name an instance',
    ],
    ['an instance that waits for itself', 'command: x\ndepends_on: [web]', '5:18 depends-on/cycle', 'Remove'],
    ['an operating system of no Mac', 'command: x\nwhen: {os: darwin}', '5:16 when/value', '`macos`'],
    ['a template that is not there', 'command: x\ntemplate: vm', '5:15 template/unknown', '`templates:`'],
    ['a template that would have said what runs', 'template: vm', '4:15 template/unknown', '`templates:`'],
    [
      'an unknown name in a text',
      'command: x\nstdout: /x/${hots}/y',
      '5:16 interpolation/unknown-name',
      '`host`',
    ],
    [
      'an unknown variable',
      'command: x\nstdout: ${vars.dir}',
      '5:13 interpolation/unknown-name',
      'vars: {dir: …}',
    ],
    ['an unset variable', 'command: x\nstdout: ${env.EDITR}', '5:13 interpolation/unknown-name', '`EDITOR`'],
    [
      'a variable of the shell',
      'command: x\nstdout: ${HOME}/x',
      '5:13 interpolation/unknown-name',
      '${env.HOME}',
    ],
    ['a brace left open', 'command: x\nstdout: a ${home', '5:15 interpolation/unclosed', 'closing'],
    ['a label within itself', 'command: x\nlabel: a.${label}', '5:14 interpolation/unknown-name', ''],
    ['a boolean from a text', 'command: x\nlogs: ${user}', '5:11 field/type', 'Write the value out'],
  ])('%s', (_, lines, expected, hint) => {
    const { config, partial, diagnostics } = parse(web(lines));
    expect(codes({ config, partial, diagnostics })).toEqual([expected]);
    expect(config).toBeNull();
    const [diagnostic] = diagnostics;
    expect(`${diagnostic?.message} ${diagnostic?.hint ?? ''}`).toContain(
      hint.replace('closing', 'closing brace'),
    );
    expect(diagnostic).toMatchObject({
      file: FILE,
      severity: 'error',
      message: expect.stringMatching(/[.!?]$/),
    });
    expect(diagnostic?.length).toBeGreaterThan(0);
  });

  it('are told all at once', () => {
    const text = `services: {}
defaults: {enabled: on}
templates:
  unused: {command: [], template: other}
instances:
  a:
    command: x
    nice: 99
    stdout: \${nobody}
  b: text
  c:
`;
    expect(codes(parse(text))).toEqual([
      '1:1 field/unknown',
      '1:1 version/missing',
      '2:21 field/type',
      '4:21 field/empty',
      '4:25 template/nested',
      '8:11 field/value',
      '9:13 interpolation/unknown-name',
      '10:6 field/type',
      '11:3 field/type',
    ]);
  });

  it('leave the other instances for further checks', () => {
    const { config, partial } = parse(
      'version: 1\ninstances:\n  a: {command: x, nice: 99}\n  b: {command: y, depends_on: [a]}\n',
    );
    expect(config).toBeNull();
    expect(partial?.instances.map(({ name, fields }) => [name, fields])).toEqual([['b', { command: 'y' }]]);
  });
});

describe('long values', () => {
  it.each([
    ['a name', `version: 1\nname: "${'x'.repeat(5000)}/"\ninstances: {}\n`],
    ['a text of several lines', 'version: 1\nname: |\n  one\n  two\ninstances: {}\n'],
    ['a label', web(`command: x\nlabel: "${'x'.repeat(5000)} "`)],
    ['a duration', web(`command: x\nstop_timeout: "${'9'.repeat(5000)}"`)],
    ['a umask', web(`command: x\numask: "${'9'.repeat(5000)}"`)],
    ['a word', web(`command: x\nprocess_type: "${'x'.repeat(5000)}"`)],
    ['a number', web(`command: x\nnice: ${'9'.repeat(5000)}`)],
  ])('%s is told in short', (_, text) => {
    const { diagnostics } = parse(text);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.message.length).toBeLessThan(300);
    expect(diagnostics[0]?.message).toContain('…');
    expect(diagnostics[0]?.message).not.toContain('\n');
  });
});

describe('a bare tilde', () => {
  it('is nothing in YAML, and where a path may stand that is said', () => {
    const loaded = parse(web('command: x\nworking_dir: ~\nlabel: ~'));
    expect(codes(loaded)).toEqual(['5:18 yaml/tilde']);
    expect(loaded.diagnostics[0]).toMatchObject({
      severity: 'warning',
      hint: expect.stringContaining('"~"'),
    });
    expect(codes(parse(web('command: x\nworking_dir: null')))).toEqual([]);
  });

  it('is told where nothing may stand', () => {
    const [diagnostic] = parse(web('command: x\nenvironment: {HOME: ~}')).diagnostics;
    expect(diagnostic).toMatchObject({ code: 'field/type', hint: expect.stringContaining('${home}') });
  });
});

describe('numbers under launchd', () => {
  it('go in as they stand, with a warning where a leading zero looks octal', () => {
    const { config, diagnostics } = parse(web('command: x\nlaunchd: {Umask: 022, Nice: 0}'));
    expect(codes({ config, partial: config, diagnostics })).toEqual(['5:22 launchd/leading-zero']);
    expect(diagnostics[0]).toMatchObject({ severity: 'warning', message: expect.stringContaining('22') });
    expect(config?.instances[0]?.fields.launchd?.entries['Umask']).toBe(22);
  });
});

describe('the whole file', () => {
  it.each([
    ['no version', 'instances: {}\n', ['1:1 version/missing']],
    ['a version of tomorrow', 'version: 2\ninstances: {}\n', ['1:10 field/value']],
    ['a version in quotes', 'version: "1"\ninstances: {}\n', ['1:10 field/type']],
    [
      'an instance outside of instances',
      'version: 1\nweb: {command: x}\ninstances: {}\n',
      ['2:1 field/unknown'],
    ],
    ['the stack of the agents', 'version: 1\nname: reconcile-agent\ninstances: {}\n', ['2:7 name/invalid']],
    ['a stack with a slash', 'version: 1\nname: a/b\ninstances: {}\n', ['2:7 name/invalid']],
    ["a prefix of Apple's", 'version: 1\nlabel_prefix: com.apple\ninstances: {}\n', ['2:15 label/apple']],
    [
      'a prefix that ends with a dot',
      'version: 1\nlabel_prefix: com.me.\ninstances: {}\n',
      ['2:15 label/invalid'],
    ],
    ['an instance with a slash', 'version: 1\ninstances:\n  a/b: {command: x}\n', ['3:3 name/invalid']],
    [
      'variables that use each other',
      'version: 1\nvars: {a: 1, b: "${vars.a}"}\ninstances: {}\n',
      ['2:18 interpolation/unknown-name'],
    ],
    [
      'instances that wait for each other',
      'version: 1\ninstances:\n  a: {command: x, depends_on: [b]}\n  b: {command: x, depends_on: [c]}\n  c: {command: x, depends_on: [a]}\n',
      ['5:32 depends-on/cycle'],
    ],
    [
      'labels that are moved wrongly',
      'version: 1\nmoved:\n  - {from: local.default.a, to: a}\n  - {from: com.example.old, to: b}\n  - {from: com.example.old, to: a}\n  - {from: x}\ninstances:\n  a: {command: x}\n',
      ['3:12 moved/still-used', '4:33 moved/unknown', '5:12 moved/twice', '6:5 field/missing'],
    ],
  ])('%s', (_, text, expected) => {
    expect(codes(parse(text))).toEqual(expected);
  });

  it.each([
    ['of zero bytes', ''],
    ['of blanks', ' \n\n'],
    ['of comments', '# nothing yet\n'],
  ])('is valid when it is one %s, and declares nothing', (_, text) => {
    const { config, diagnostics } = parse(text);
    expect(diagnostics).toMatchObject([{ code: 'file/empty', severity: 'warning', line: 1, column: 1 }]);
    expect(config).toMatchObject({ declares_instances: false, instances: [] });
  });

  it('tells a file without instances from one with none', () => {
    expect(parse('version: 1\n').config?.declares_instances).toBe(false);
    expect(codes(parse('version: 1\n'))).toEqual(['1:1 file/empty']);
    expect(parse('version: 1\ninstances: {}\n').config?.declares_instances).toBe(true);
    expect(parse('version: 1\ninstances: {}\n').diagnostics).toEqual([]);
  });
});

it.each(Object.keys(fieldShape).filter((field) => !['command', 'program', 'script'].includes(field)))(
  'the field `%s` is no slip for what to run',
  (field) => {
    expect(['command', 'program', 'script']).not.toContain(meantBy(field));
  },
);
