import { describe, expect, it } from 'vitest';
import type { Fidelity } from '../../src/emulator/fidelity.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { jobPlist } from '../support/embedded-world.ts';
import { createMemoryFiles } from '../support/memory-files.ts';
import { createMemoryLaunchctl, type MemoryLaunchctl } from '../support/memory-launchctl.ts';
import { createEngine, LABEL } from './support.ts';

const GUI = 'gui/501';
const TARGET = `${GUI}/${LABEL}`;
const PATH = `/Users/tester/Library/LaunchAgents/${LABEL}.plist`;

interface World {
  readonly port: MemoryLaunchctl;
  call(...args: readonly string[]): Promise<string>;
}

/** A launchd that has made this choice. `call` answers with `code|first line of standard error`. */
function world(choice: Partial<Fidelity>, keys: Readonly<Record<string, PlistValue>> = {}, uid = 501): World {
  const files = createMemoryFiles(uid);
  files.put(PATH, writePlist(jobPlist(LABEL, { ProgramArguments: ['/bin/job'], ...keys })));
  const port = createMemoryLaunchctl({ files, uid, fidelity: choice });
  return {
    port,
    async call(...args) {
      const { code, stderr } = await port.call(args);
      return `${code}|${stderr.split('\n')[0]}`;
    },
  };
}

/** Seconds from the start of a job that has ended to the one which kickstart makes. */
function secondsToRestart(choice: Partial<Fidelity>, kill: boolean): readonly number[] {
  const { load, spawner, supervisor, clock, startTimes } = createEngine(choice);
  load({ RunAtLoad: true });
  clock.advance(2000);
  if (!kill) spawner.end(LABEL, { code: 0 });
  supervisor.kickstart(GUI, LABEL, { kill }, () => {});
  clock.advance(20_000);
  return startTimes();
}

describe('where the sources leave it open, either answer can be had', () => {
  it('kickstartThrottled', () => {
    expect(secondsToRestart({ kickstartThrottled: true }, false)).toEqual([0, 10]);
    expect(secondsToRestart({ kickstartThrottled: false }, false)).toEqual([0, 2]);
  });

  it('kickstartKillThrottled', () => {
    expect(secondsToRestart({ kickstartKillThrottled: true }, true)).toEqual([0, 10]);
    expect(secondsToRestart({ kickstartKillThrottled: false }, true)).toEqual([0, 2]);
  });

  it.each([
    [0, '0|'],
    [37, `37|Could not kickstart service "${LABEL}": 37: Operation already in progress`],
  ] as const)('kickstartRunning: %s', async (kickstartRunning, answer) => {
    const { call } = world({ kickstartRunning }, { KeepAlive: true });
    await call('bootstrap', GUI, PATH);
    expect(await call('kickstart', TARGET)).toBe(answer);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('groupSignal: %s', (groupSignal) => {
    const { load, spawner } = createEngine({ groupSignal });
    load({ RunAtLoad: true });
    spawner.end(LABEL, { code: 0 });
    expect(spawner.signals).toEqual([`group ${groupSignal.slice(3)} ${LABEL}`]);
  });

  it.each([
    ['refused', `119|${PATH}: Service is disabled`, []],
    ['accepted', '0|', [LABEL]],
  ] as const)('disabledBootstrap: %s', async (disabledBootstrap, answer, loaded) => {
    const { call, port } = world({ disabledBootstrap }, { KeepAlive: true }, 0);
    await call('disable', `gui/0/${LABEL}`);
    expect(await call('bootstrap', 'gui/0', PATH)).toBe(answer);
    expect(port.loaded('gui/0')).toEqual(loaded);
    expect(port.pid('gui/0', LABEL)).toBeNull();
  });

  it.each([
    [37, '37|Bootstrap failed: 37: Operation already in progress'],
    [17, '17|Bootstrap failed: 17: File exists'],
  ] as const)('alreadyLoaded: %s', async (alreadyLoaded, answer) => {
    const { call } = world({ alreadyLoaded }, {}, 0);
    await call('bootstrap', 'gui/0', PATH);
    expect(await call('bootstrap', 'gui/0', PATH)).toBe(answer);
  });

  it.each([
    [0, '0|'],
    [36, '36|Boot-out failed: 36: Operation now in progress'],
    [37, '37|Boot-out failed: 37: Operation already in progress'],
  ] as const)('bootoutAgain: %s', async (bootoutAgain, answer) => {
    const { call, port } = world({ bootoutAgain }, { KeepAlive: true });
    port.behave(LABEL, { onTerm: 'ignored' });
    await call('bootstrap', GUI, PATH);
    await call('bootout', TARGET);
    expect(await call('bootout', TARGET)).toBe(answer);
  });

  it.each([
    [true, '5|Bootstrap failed: 5: Input/output error'],
    [false, '37|Bootstrap failed: 37: Operation already in progress'],
  ] as const)('hideCodes: %s', async (hideCodes, answer) => {
    const { call } = world({ hideCodes });
    await call('bootstrap', GUI, PATH);
    expect(await call('bootstrap', GUI, PATH)).toBe(answer);
  });

  it.each([64, 1] as const)('usageError: %s', async (usageError) => {
    expect(await world({ usageError }).call('getenv')).toBe(`${usageError}|Usage: launchctl getenv <key>`);
  });

  it.each([1, 64] as const)('unknownSubcommand: %s', async (unknownSubcommand) => {
    expect(await world({ unknownSubcommand }).call('frobnicate')).toBe(
      `${unknownSubcommand}|Unrecognized subcommand: frobnicate`,
    );
  });

  it.each([1, 7])('forkRetry: %s', (forkRetry) => {
    const { load, spawner, clock, startTimes } = createEngine({ forkRetry });
    spawner.behave(LABEL, { refused: 'fork' });
    load({ RunAtLoad: true });
    clock.advance(forkRetry * 1000);
    expect(startTimes()).toEqual([0, forkRetry]);
  });

  it.each([
    ['kept', [0, 90]],
    ['missed', [0, 120]],
  ] as const)('calendarWhileRunning: %s', (calendarWhileRunning, expected) => {
    const { load, spawner, clock, startTimes } = createEngine({ calendarWhileRunning });
    spawner.behave(LABEL, { ends: { afterMs: 90_000, exit: { code: 0 } } });
    load({ StartCalendarInterval: dict([]) });
    clock.advance(239_000);
    expect(startTimes()).toEqual(expected);
  });

  it.each([
    ['listed', 'idle'],
    ['removed', 'gone'],
  ] as const)('onlyOnce: %s', (onlyOnce, expected) => {
    const { load, spawner, state } = createEngine({ onlyOnce });
    load({ RunAtLoad: true, LaunchOnlyOnce: true });
    spawner.end(LABEL, { code: 0 });
    expect(state()).toBe(expected);
  });
});
