import { describe, expect, it } from 'vitest';
import type { Domain } from '../../src/model/domain.ts';
import {
  bootout,
  bootstrap,
  disable,
  enable,
  kickstart,
  kill,
  printDisabled,
  printDomain,
  printService,
} from '../../src/sys/client.ts';
import type { CallResult, Launchctl } from '../../src/sys/ports.ts';

interface Call {
  readonly args: readonly string[];
  readonly timeoutMs: number | undefined;
}

/** Answers every call the same way and remembers it. */
function answering(answer: Partial<CallResult> = {}): Launchctl & { readonly calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    async call(args, options) {
      calls.push({ args, timeoutMs: options?.timeoutMs });
      return { code: 0, stdout: '', stderr: '', timedOut: false, ...answer };
    },
  };
}

const gui: Domain = 'gui/501';

describe('verbs', () => {
  it('are the modern ones, with an explicit target', async () => {
    const port = answering();
    await bootstrap(port, gui, '/p/a.plist');
    await bootout(port, gui, 'com.example.a');
    await enable(port, 'system', 'com.example.a');
    await disable(port, 'user/501', 'com.example.a');
    await kickstart(port, gui, 'com.example.a');
    await kickstart(port, gui, 'com.example.a', { kill: true });
    await kill(port, gui, 'com.example.a', 'SIGHUP');
    expect(port.calls.map(({ args }) => args.join(' '))).toEqual([
      'bootstrap gui/501 /p/a.plist',
      'bootout --wait gui/501/com.example.a',
      'enable system/com.example.a',
      'disable user/501/com.example.a',
      'kickstart gui/501/com.example.a',
      'kickstart -k gui/501/com.example.a',
      'kill SIGHUP gui/501/com.example.a',
    ]);
  });

  it('never name a whole domain, nor a path that depends on where we are', async () => {
    const port = answering();
    for (const label of ['', 'a/b', '/'])
      for (const verb of [bootout, enable, disable, kickstart, printService])
        await expect(verb(port, gui, label)).rejects.toThrow(RangeError);
    await expect(bootstrap(port, gui, 'a.plist')).rejects.toThrow(RangeError);
    await expect(bootstrap(port, gui, '')).rejects.toThrow(RangeError);
    expect(port.calls).toEqual([]);
  });

  it.each([
    [bootout, 3, 'not-loaded'],
    [bootout, 36, 'in-progress'],
    [bootout, 113, 'not-loaded'],
    [bootout, 125, 'no-domain'],
    [kickstart, 37, 'already'],
    [kickstart, 146, 'pended'],
  ] as const)('judge by the number', async (verb, code, outcome) => {
    expect(await verb(answering({ code }), gui, 'a')).toMatchObject({ outcome, code });
  });

  it('give a kickstart the throttle and ten seconds', async () => {
    const port = answering();
    await kickstart(port, gui, 'a');
    await kickstart(port, gui, 'a', { throttleSeconds: 60 });
    await kickstart(port, gui, 'a', { timeoutMs: 1 });
    expect(port.calls.map(({ timeoutMs }) => timeoutMs)).toEqual([20_000, 70_000, 1]);
  });

  it('say that there was no answer', async () => {
    expect(await bootout(answering({ code: null, timedOut: true }), gui, 'a')).toEqual({
      verb: 'bootout',
      outcome: 'no-answer',
      code: null,
      timedOut: true,
    });
  });
});

describe('printService', () => {
  it('reads a loaded job', async () => {
    const stdout =
      'gui/501/a = {\n\tactive count = 0\n\tpath = /p/a.plist\n\tstate = not running\n\n\truns = 0\n}\n';
    expect(await printService(answering({ stdout }), gui, 'a')).toMatchObject({
      state: 'loaded',
      service: { path: '/p/a.plist', runs: 0 },
    });
  });

  it('tells a missing job from a missing domain', async () => {
    expect(await printService(answering({ code: 113 }), gui, 'a')).toEqual({ state: 'not-loaded' });
    expect(await printService(answering({ code: 112 }), gui, 'a')).toEqual({ state: 'no-domain' });
  });

  it.each([
    [{ stdout: '' }],
    [{ stdout: 'gui/501/a = {\n\tpath = /p' }],
    [{ stdout: 'gui/501/b = {\n\tstate = running\n}\n' }],
    [{ code: 1, stderr: 'no' }],
    [{ code: 64 }],
    [{ code: null, timedOut: true }],
    [{ code: null }],
  ])('holds %j for unknown, with a sentence', async (answer) => {
    expect(await printService(answering(answer), gui, 'a')).toEqual({
      state: 'unknown',
      why: expect.stringMatching(/\.$/),
    });
  });
});

describe('printDomain and printDisabled', () => {
  const stdout = `gui/501 = {
	type = login

	services = {
		     412      - 	com.example.a
		       0      1 	com.example.b
	}

	disabled services = {
		"com.example.c" => disabled
	}
}
`;

  it('read a domain', async () => {
    expect(await printDomain(answering({ stdout }), gui)).toMatchObject({
      state: 'present',
      listing: {
        services: { 'com.example.a': { pid: 412 }, 'com.example.b': { pid: null } },
        disabled: { 'com.example.c': true },
      },
    });
    expect(await printDomain(answering({ code: 112 }), gui)).toEqual({ state: 'no-domain' });
    expect(await printDomain(answering({ code: 113 }), gui)).toMatchObject({ state: 'unknown' });
    expect(await printDomain(answering({ stdout: 'half' }), gui)).toMatchObject({ state: 'unknown' });
  });

  it('read the overrides', async () => {
    const list = 'disabled services = {\n\t"com.example.c" => disabled\n\t"com.example.d" => enabled\n}\n';
    expect(await printDisabled(answering({ stdout: list }), gui)).toMatchObject({
      state: 'present',
      disabled: { 'com.example.c': true, 'com.example.d': false },
    });
    expect(await printDisabled(answering({ code: 112 }), gui)).toEqual({ state: 'no-domain' });
    expect(await printDisabled(answering({ stdout: 'half' }), gui)).toMatchObject({ state: 'unknown' });
  });
});
