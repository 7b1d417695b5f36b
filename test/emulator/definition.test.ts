import { describe, expect, it } from 'vitest';
import { readDefinition } from '../../src/emulator/definition.ts';
import { dict } from '../../src/model/plist.ts';
import { definition, when } from './support.ts';

describe('a definition', () => {
  it('passes over keys of the wrong type', () => {
    const read = definition({
      RunAtLoad: 1,
      KeepAlive: 'yes',
      ThrottleInterval: { kind: 'real', value: 5 },
      StandardOutPath: ['/tmp/x'],
      StartInterval: 0,
      Nice: 40,
      EnvironmentVariables: when({ GOOD: 'a', BAD: 1, 'A=B': 'c' }),
    });
    expect(read).toMatchObject({
      runAtLoad: false,
      keepAlive: false,
      throttle: 10,
      stdout: null,
      startInterval: null,
      nice: null,
    });
    expect(Object.entries(read.environment)).toEqual([['GOOD', 'a']]);
  });

  it.each([
    [18, 0o22],
    ['022', 0o22],
    ['0022', 0o22],
    ['18', 0o22],
    ['0x12', 0o22],
    ['rw', null],
    [512, null],
    [-1, null],
  ])('takes Umask %o for %o', (value, umask) => {
    expect(definition({ Umask: value }).umask).toBe(umask);
  });

  it('needs a label and a program', () => {
    expect(readDefinition(dict([['Program', '/bin/job']]), '/a.plist')).toEqual({ ok: false, code: 110 });
    expect(readDefinition(dict([['Label', 'a']]), '/a.plist')).toEqual({ ok: false, code: 111 });
    expect(
      readDefinition(
        dict([
          ['Label', 'a'],
          ['ProgramArguments', []],
        ]),
        '/a.plist',
      ),
    ).toEqual({
      ok: false,
      code: 111,
    });
  });

  it('tells a given program from an inferred one', () => {
    expect(definition()).toMatchObject({ program: '/bin/job', explicitProgram: false });
    expect(definition({ Program: '/bin/other' })).toMatchObject({
      program: '/bin/other',
      explicitProgram: true,
      arguments: ['/bin/job'],
    });
  });
});
