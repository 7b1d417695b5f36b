import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunOptions, runProgram } from '../../src/sys/exec.ts';
import { realProcesses } from '../../src/sys/processes.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const env = { PATH: '/usr/bin:/bin' };
const sh = (script: string, options: Partial<RunOptions> = {}) =>
  runProgram('/bin/sh', ['-c', script], { env, timeoutMs: 15_000, ...options });

describe('runProgram', () => {
  it('gives the exit code and both streams', async () => {
    expect(await sh('echo out; echo err >&2; exit 113')).toEqual({
      end: 'exited',
      code: 113,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('hands over exactly the environment it is given', async () => {
    expect((await sh('env')).stdout).not.toMatch(/^HOME=/m);
  });

  it('passes arguments as they are, without a shell', async () => {
    const run = await runProgram('/bin/echo', ['$HOME', '; exit 3', '*'], { env, timeoutMs: 15_000 });
    expect(run.stdout).toBe('$HOME ; exit 3 *\n');
  });

  it('ends what exceeds its time, and all that it started', async () => {
    const note = join(temporaryFolder(), 'pid');
    const run = await sh(`trap '' TERM; sleep 60 & echo $! > ${note}; wait; sleep 60`, { timeoutMs: 300 });
    expect(run).toMatchObject({ end: 'timed-out', code: null });
    const started = Number(readFileSync(note, 'utf8'));
    await until(() => !realProcesses.alive(started));
  });

  it('does not believe output over the limit', async () => {
    const run = await sh('yes', { outputLimit: 100_000 });
    expect(run).toEqual({ end: 'too-much-output', code: null, signal: null, stdout: '', stderr: '' });
  });

  it('ends when it is aborted', async () => {
    const stop = new AbortController();
    const run = sh('sleep 60', { signal: stop.signal });
    stop.abort();
    expect((await run).end).toBe('aborted');
    expect((await sh('sleep 60', { signal: stop.signal })).end).toBe('aborted');
  });

  it('tells a signal from an exit', async () => {
    expect(await sh('kill -9 $$')).toMatchObject({ end: 'signalled', code: null, signal: 'SIGKILL' });
  });

  it('keeps the end of what is said without end, where that is asked for', async () => {
    const run = await sh('seq 1 200000; echo the last word', { keepEnd: 1_000 });
    expect(run).toMatchObject({ end: 'exited', code: 0, stdout: expect.stringMatching(/the last word\n$/) });
    expect(run.stdout.length).toBeLessThan(200_000);
  });

  it('is over with the program itself, where that is asked for, and ends what that left running', async () => {
    const run = await sh('sleep 1000 & echo $!', { untilExit: true });
    expect(run).toMatchObject({ end: 'exited', code: 0 });
    await until(() => !realProcesses.alive(Number(run.stdout)));
  });

  it('rejects with the error of Node when there is no such program', async () => {
    await expect(runProgram('/no/such/program', [], { env, timeoutMs: 1000 })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
