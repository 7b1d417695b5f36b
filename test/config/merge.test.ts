import { describe, expect, it } from 'vitest';
import type { InstanceFields } from '../../src/config/instance.ts';
import { codes, only, parse } from './host.ts';

const fieldsOf = (text: string): InstanceFields => only(parse(`version: 1\n${text}`)).fields;

describe('layers', () => {
  it('lie over each other: defaults, templates in order, the instance', () => {
    const fields = fieldsOf(`
defaults: { nice: 1, stdout: d, stderr: d, stdin: d }
templates:
  first: { stdout: one, stderr: one }
  second: { stderr: two }
instances:
  web: { template: [first, second], command: x, working_dir: w }
`);
    expect(fields).toEqual({
      nice: 1,
      stdin: 'd',
      stdout: 'one',
      stderr: 'two',
      command: 'x',
      working_dir: 'w',
    });
  });

  it('merge maps, replace lists and scalars', () => {
    const fields = fieldsOf(`
defaults:
  path: [/a, /b]
  environment: { A: "1", B: "2" }
  launchd: { Sockets: { Main: { SockType: stream } } }
instances:
  web:
    command: x
    path: [/c]
    environment: { B: "3" }
    launchd: { Sockets: { Main: { SockFamily: IPv4 } } }
`);
    expect(fields.path).toEqual(['/c']);
    expect({ ...fields.environment }).toEqual({ A: '1', B: '3' });
    expect(JSON.parse(JSON.stringify(fields.launchd))).toEqual({
      kind: 'dict',
      entries: {
        Sockets: {
          kind: 'dict',
          entries: { Main: { kind: 'dict', entries: { SockType: 'stream', SockFamily: 'IPv4' } } },
        },
      },
    });
  });

  it('write short forms out before they merge', () => {
    const fields = fieldsOf(`
defaults: { restart: { policy: always, throttle: 5s }, limits: { open_files: 100 } }
instances:
  web: { command: x, restart: never, limits: { open_files: { soft: 50 } } }
`);
    expect(fields.restart).toEqual({ policy: 'never', throttle: 5 });
    expect({ ...fields.limits }).toEqual({ open_files: { soft: 50, hard: 100 } });
  });

  it('give the built-in default back for null', () => {
    const fields = fieldsOf(`
defaults: { restart: { policy: always, throttle: 5s }, nice: 3, limits: { stack: 1, core: 2 } }
templates: { quiet: { restart: null } }
instances:
  web: { template: quiet, command: x, nice: ~, restart: { throttle: 9s }, limits: { stack: null } }
`);
    expect(fields.restart).toEqual({ throttle: 9 });
    expect(fields).not.toHaveProperty('nice');
    expect({ ...fields.limits }).toEqual({ core: { soft: 2, hard: 2 } });
  });

  it('treat what is run as one slot', () => {
    const text = `
templates: { t: { program: /bin/a, command: [a, b] } }
instances:
  web: { template: t, script: date }
`;
    expect(fieldsOf(text)).toEqual({ script: 'date' });
  });

  it('let a policy of the defaults yield to run_while, and no other', () => {
    const text = `
defaults: { restart: { policy: on-failure, throttle: 5s } }
instances:
  web: { command: x, restart: { run_while: { paths: { /tmp/on: true } } } }
`;
    expect(JSON.parse(JSON.stringify(fieldsOf(text).restart))).toEqual({
      throttle: 5,
      run_while: { paths: { '/tmp/on': true } },
    });
    const template = text.replace('defaults: {', 'templates: { t: {').replace('5s } }', '5s } } }');
    expect(codes(parse(`version: 1\n${template.replace('command: x', 'template: t, command: x')}`))).toEqual([
      '5:57 restart/run-while',
    ]);
  });

  it('are checked even if nothing uses them', () => {
    const text =
      'version: 1\ntemplates: { t: { nice: many, stdout: "${vars.x}", label: "${instance}" } }\ninstances: {}\n';
    expect(codes(parse(text))).toEqual(['2:25 field/type', '2:40 interpolation/unknown-name']);
  });

  it('do not judge a text of a template before it is complete', () => {
    const text = (type: string): string => `version: 1
templates: { t: { command: x, process_type: "\${vars.type}", stop_timeout: "\${instance}" } }
vars: { type: ${type} }
instances: { 30s: { template: t } }
`;
    expect(parse(text('standard')).config?.instances[0]?.fields).toMatchObject({
      process_type: 'standard',
      stop_timeout: 30,
    });
    expect(codes(parse(text('fast')))).toEqual(['2:45 field/value']);
  });
});

describe('YAML aliases and merge keys', () => {
  it('work a hundred times and more', () => {
    const many = Array.from(
      { length: 300 },
      (_, index) => `  i${index}: { <<: *base, stdout: ${index}.log }`,
    );
    const { config, diagnostics } = parse(
      `version: 1\ntemplates:\n  t: &base { command: x, nice: 5 }\ninstances:\n${many.join('\n')}\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(config?.instances).toHaveLength(300);
    expect(config?.instances[7]?.fields).toMatchObject({ command: 'x', nice: 5 });
  });

  it('let what is written win, and the first of several maps', () => {
    const text = `
templates:
  a: &a { nice: 1, stdout: a, command: x }
  b: &b { nice: 2, stdin: b, command: x }
instances:
  web: { nice: 3, <<: [*a, *b] }
`;
    expect(fieldsOf(text)).toEqual({ nice: 3, stdout: 'a', stdin: 'b', command: 'x' });
  });
});

describe('values', () => {
  it('keep numbers of the environment as they were written', () => {
    const { environment } = fieldsOf(
      'instances: { w: { command: x, environment: { A: 1.10, B: 0x1F, C: 1e3, D: 007, E: no, F: 1_000, G: 22:22 } } }',
    );
    expect({ ...environment }).toEqual({
      A: '1.10',
      B: '0x1F',
      C: '1e3',
      D: '007',
      E: 'no',
      F: '1_000',
      G: '22:22',
    });
  });

  it('keep integers and reals of launchd apart', () => {
    const { launchd } = fieldsOf(
      'instances: { w: { command: x, launchd: { A: 5, B: 5.0, C: 1e3, D: 99999999999999999999, E: !!binary aGk=, F: -9007199254740993, G: [true, "1"] } } }',
    );
    expect({ ...launchd?.entries }).toEqual({
      A: 5,
      B: { kind: 'real', value: 5 },
      C: { kind: 'real', value: 1000 },
      D: { kind: 'integer', digits: '99999999999999999999' },
      E: { kind: 'data', base64: 'aGk=' },
      F: { kind: 'integer', digits: '-9007199254740993' },
      G: [true, '1'],
    });
  });

  it.each([
    ['5s', 5],
    ['15m', 900],
    ['1h30m', 5400],
    ['2d', 172_800],
    ['45', 45],
    ['"45"', 45],
    ['365d', 31_536_000],
  ])('read the duration %s', (written, seconds) => {
    expect(fieldsOf(`instances: { w: { command: x, stop_timeout: ${written} } }`).stop_timeout).toBe(seconds);
  });

  it('take `__proto__` for a name like any other', () => {
    const instance = only(
      parse(
        'version: 1\nvars: { __proto__: v }\ninstances: { __proto__: { command: "${vars.__proto__}", environment: { __proto__: a }, launchd: { __proto__: b } } }',
      ),
    );
    expect(instance.name).toBe('__proto__');
    expect(instance.fields.command).toBe('v');
    expect(Object.entries(instance.fields.environment ?? {})).toEqual([['__proto__', 'a']]);
    expect(Object.entries(instance.fields.launchd?.entries ?? {})).toEqual([['__proto__', 'b']]);
    expect(
      codes(parse('version: 1\ninstances: { w: { command: x, __proto__: 1, constructor: 2 } }')),
    ).toEqual(['2:31 field/unknown', '2:45 field/unknown']);
  });
});
