import { describe, expect, it } from 'vitest';
import { describeExitCode, exitCode, shellSignal } from '../../src/launchd/exit-codes.ts';

describe('exit codes of a job', () => {
  it('names the fifteen of sysexits', () => {
    const names = Array.from({ length: 15 }, (_, index) => exitCode(64 + index)?.name);
    expect(names).toEqual([
      'EX_USAGE',
      'EX_DATAERR',
      'EX_NOINPUT',
      'EX_NOUSER',
      'EX_NOHOST',
      'EX_UNAVAILABLE',
      'EX_SOFTWARE',
      'EX_OSERR',
      'EX_OSFILE',
      'EX_CANTCREAT',
      'EX_IOERR',
      'EX_TEMPFAIL',
      'EX_PROTOCOL',
      'EX_NOPERM',
      'EX_CONFIG',
    ]);
    expect(exitCode(63)?.name).toBeNull();
    expect(exitCode(79)?.name).toBeNull();
  });

  it('writes them as print does', () => {
    expect(describeExitCode(0)).toBe('0');
    expect(describeExitCode(1)).toBe('1');
    expect(describeExitCode(78)).toBe('78: EX_CONFIG');
    expect(describeExitCode(64)).toBe('64: EX_USAGE');
  });

  it('reads a shell’s numbers', () => {
    expect(exitCode(127)?.meaning).toContain('did not find');
    expect(exitCode(126)?.meaning).toContain('could not execute');
    expect(exitCode(143)?.meaning).toContain('SIGTERM');
    expect(shellSignal(137)?.name).toBe('SIGKILL');
    expect(shellSignal(128)).toBeNull();
    expect(shellSignal(160)).toBeNull();
  });

  it('has an answer for every code a process can have, and none for others', () => {
    for (let code = 0; code <= 255; code += 1) expect(exitCode(code)?.meaning).toMatch(/\.$/);
    for (const code of [-1, 256, 1.5, Number.NaN]) expect(exitCode(code)).toBeNull();
  });
});
