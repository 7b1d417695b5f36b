import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BARE_CONDITIONS, type ExitKind, restartsAfter } from '../../src/launchd/keep-alive.ts';
import { ENDS, truthTable } from '../support/truth-table.ts';
import { createEngine, GUI, LABEL, when } from './support.ts';

const EXITS: Readonly<Record<string, ExitKind>> = {
  'exit 0': { code: 0 },
  'exit 1': { code: 1 },
  SIGTERM: { signal: 15 },
  SIGKILL: { signal: 9 },
  SIGSEGV: { signal: 11 },
  SIGABRT: { signal: 6 },
};

const LOADED = 'org.example.loaded';
const RUNNING = 'org.example.running';
const TRUTH_TABLE = truthTable({
  existingPath: '/there',
  missingPath: '/missing',
  loaded: LOADED,
  running: RUNNING,
});

describe('the truth table', () => {
  for (const { name, keys, row, onDemand } of TRUTH_TABLE)
    it.each(Object.keys(ENDS).map((end, index) => [end, row[index] === '+'] as const))(
      `KeepAlive ${name}: %s`,
      (end, restarted) => {
        const { load, spawner, clock, startTimes, paths, supervisor } = createEngine();
        paths.add('/there');
        load({}, LOADED);
        load({ RunAtLoad: true }, RUNNING);
        load({ RunAtLoad: true, ...keys });
        if (onDemand) supervisor.kickstart(GUI, LABEL, { kill: false }, () => {});
        clock.advance(60_000);
        spawner.end(LABEL, EXITS[end] ?? { code: 0 });
        clock.advance(1000);
        expect(startTimes()).toEqual(restarted ? [0, 60] : [0]);
      },
    );

  it('holds for any sequence of exits: the engine starts again exactly as the rules say', () => {
    const exits = fc.array(fc.constantFrom(...Object.values(EXITS)), { minLength: 1, maxLength: 8 });
    const forms = fc.constantFrom(
      ...TRUTH_TABLE.filter(({ onDemand }) => !onDemand).map(({ keys }) => keys['KeepAlive']),
    );
    fc.assert(
      fc.property(forms, exits, (keepAlive, sequence) => {
        const engine = createEngine();
        engine.load({ RunAtLoad: true, ...(keepAlive === undefined ? {} : { KeepAlive: keepAlive }) });
        let expected = 1;
        for (const exit of sequence) {
          if (engine.state() !== 'running') break;
          engine.spawner.end(LABEL, exit);
          engine.clock.advance(10_000);
          if (restartsAfter(keepAlive, exit, BARE_CONDITIONS)) expected += 1;
        }
        expect(engine.startTimes()).toHaveLength(expected);
      }),
    );
  });
});

describe('the start at load', () => {
  it.each([
    ['RunAtLoad', { RunAtLoad: true }, true],
    ['KeepAlive true', { KeepAlive: true }, true],
    ['SuccessfulExit', { KeepAlive: when({ SuccessfulExit: true }) }, true],
    ['not Crashed', { KeepAlive: when({ Crashed: false }) }, true],
    ['nothing', {}, false],
    ['an empty dictionary', { KeepAlive: when({}) }, false],
    ['PathState of a missing path', { KeepAlive: when({ PathState: when({ '/flag': true }) }) }, false],
    ['PathState that a path is missing', { KeepAlive: when({ PathState: when({ '/flag': false }) }) }, true],
    ['AfterInitialDemand', { KeepAlive: when({ AfterInitialDemand: true }), RunAtLoad: true }, false],
    ['OnDemand false', { OnDemand: false }, true],
  ] as const)('%s', (_name, keys, starts) => {
    const { load, state } = createEngine();
    load(keys);
    expect(state()).toBe(starts ? 'running' : 'idle');
  });

  it('AfterInitialDemand waits for a kickstart, then keeps the job alive', () => {
    const { load, state, supervisor, spawner, clock } = createEngine();
    load({ KeepAlive: when({ AfterInitialDemand: true }) });
    supervisor.kickstart(GUI, LABEL, { kill: false }, () => {});
    expect(state()).toBe('running');
    clock.advance(20_000);
    spawner.end(LABEL, { code: 0 });
    expect(state()).toBe('running');
  });
});

describe('the throttle', () => {
  it('counts from the previous start, in whole seconds', () => {
    const { load, spawner, clock, startTimes, state } = createEngine();
    load({ KeepAlive: true });
    clock.advance(3900);
    spawner.end(LABEL, { code: 1 });
    expect(state()).toBe('scheduled');
    clock.advance(7000);
    // 3.9 s count as 3: the rest of 10 is 7, from the exit on.
    expect(startTimes()).toEqual([0, 10.9]);
  });

  it('lets a job that ran longer than the interval start again at once', () => {
    const { load, spawner, clock, startTimes } = createEngine();
    load({ KeepAlive: true, ThrottleInterval: 5 });
    clock.advance(5000);
    spawner.end(LABEL, { code: 1 });
    expect(startTimes()).toEqual([0, 5]);
  });

  it('takes 0 for the default, and never gives up', () => {
    const { load, spawner, clock, startTimes } = createEngine();
    spawner.behave(LABEL, { ends: { afterMs: 100, exit: { code: 1 } } });
    load({ KeepAlive: true, ThrottleInterval: 0 });
    clock.advance(1_000_000);
    expect(startTimes().length).toBeGreaterThan(98);
    const times = startTimes();
    for (const [index, time] of times.entries())
      expect(time - (times[index - 1] ?? time - 10)).toBeCloseTo(index === 0 ? 10 : 10.1, 6);
  });

  it('holds a program that does not exist back too, and shows 78', () => {
    const { load, spawner, clock, startTimes, state, supervisor } = createEngine();
    spawner.behave(LABEL, { refused: 'config' });
    load({ KeepAlive: when({ SuccessfulExit: false }) });
    expect(state()).toBe('scheduled');
    expect(supervisor.find(GUI, LABEL)).toMatchObject({ runs: 1, lastExit: { code: 78 }, refused: true });
    clock.advance(20_000);
    expect(startTimes()).toEqual([0, 10, 20]);
  });

  it('tries again after a second when no process can be made', () => {
    const { load, spawner, clock, state, startTimes, supervisor } = createEngine();
    spawner.behave(LABEL, { refused: 'fork' });
    load({ RunAtLoad: true });
    clock.advance(1000);
    spawner.behave(LABEL, {});
    clock.advance(1000);
    expect(startTimes()).toEqual([0, 1, 2]);
    expect(state()).toBe('running');
    expect(supervisor.find(GUI, LABEL)?.runs).toBe(1);
  });

  it('leaves no timer behind when nothing is to come', () => {
    const { load, spawner, clock } = createEngine();
    load({ RunAtLoad: true });
    spawner.end(LABEL, { code: 0 });
    expect(clock.armed()).toBe(0);
  });
});

describe('stopping', () => {
  it('sends SIGTERM, and SIGKILL after ExitTimeOut; the label stays until then', () => {
    const { load, spawner, clock, supervisor, state } = createEngine();
    spawner.behave(LABEL, { onTerm: 'ignored' });
    load({ KeepAlive: true, ExitTimeOut: 7 });
    let gone = false;
    expect(
      supervisor.remove(GUI, LABEL, () => {
        gone = true;
      }),
    ).toBe('leaving');
    clock.advance(6999);
    expect([state(), gone, spawner.signals]).toEqual(['stopping', false, [`TERM ${LABEL}`]]);
    expect(load()).toBe('leaving');
    expect(supervisor.remove(GUI, LABEL)).toBe('leaving-already');
    clock.advance(1);
    expect([state(), gone]).toEqual(['gone', true]);
    expect(spawner.signals).toEqual([`TERM ${LABEL}`, `KILL ${LABEL}`, `group TERM ${LABEL}`]);
    expect(load()).toBe('loaded');
  });

  it('never sends SIGKILL with ExitTimeOut 0', () => {
    const { load, spawner, clock, supervisor } = createEngine();
    spawner.behave(LABEL, { onTerm: 'ignored' });
    load({ KeepAlive: true, ExitTimeOut: 0 });
    supervisor.remove(GUI, LABEL);
    clock.advance(1e9);
    expect(spawner.signals).toEqual([`TERM ${LABEL}`]);
  });

  it('forgets a waiting job at once, with its timer', () => {
    const { load, spawner, clock, supervisor, state } = createEngine();
    load({ KeepAlive: true });
    spawner.end(LABEL, { code: 1 });
    expect(supervisor.remove(GUI, LABEL)).toBe('removed');
    expect([state(), clock.armed()]).toEqual(['gone', 0]);
  });

  it('leaves the process group alone when the plist says so', () => {
    const { load, spawner } = createEngine();
    load({ RunAtLoad: true, AbandonProcessGroup: true });
    spawner.end(LABEL, { code: 0 });
    expect(spawner.signals).toEqual([]);
  });

  it('does not count its own SIGKILL as a crash, nor a crash while stopping', () => {
    const { load, spawner, clock, supervisor } = createEngine();
    spawner.behave(LABEL, { onTerm: { afterMs: 10, exit: { signal: 11 } } });
    load({ KeepAlive: true });
    supervisor.kickstart(GUI, LABEL, { kill: true }, () => {});
    clock.advance(10);
    expect(supervisor.find(GUI, LABEL)?.successiveCrashes).toBe(0);
  });

  it('shuts down: everything leaves, nothing starts', () => {
    const { load, spawner, clock, supervisor } = createEngine();
    spawner.behave('stubborn', { onTerm: 'ignored' });
    load({ KeepAlive: true }, 'willing');
    load({ KeepAlive: true }, 'stubborn');
    load({}, 'idle');
    let done = false;
    supervisor.shutdown(() => {
      done = true;
    });
    clock.advance(4999);
    expect(supervisor.list(GUI).map((job) => job.definition.label)).toEqual(['stubborn']);
    expect(done).toBe(false);
    clock.advance(1);
    expect([done, supervisor.list(GUI), clock.armed()]).toEqual([true, [], 0]);
    expect(spawner.starts).toHaveLength(2);
  });
});

describe('a shutdown', () => {
  it('waits for nobody for ever, even if it had begun to', () => {
    const { load, spawner, clock, supervisor } = createEngine();
    for (const label of ['first', 'second']) {
      spawner.behave(label, { onTerm: 'ignored' });
      load({ KeepAlive: true, ExitTimeOut: 0 }, label);
    }
    supervisor.remove(GUI, 'first');
    clock.advance(60_000);
    let done = false;
    supervisor.shutdown(() => {
      done = true;
    });
    clock.advance(4999);
    expect(done).toBe(false);
    clock.advance(1);
    expect(done).toBe(true);
  });
});

describe('kickstart', () => {
  it('starts a job that KeepAlive leaves down', () => {
    const { load, supervisor, state } = createEngine();
    load();
    const pids: (number | null)[] = [];
    expect(supervisor.kickstart(GUI, LABEL, { kill: false }, (pid) => pids.push(pid))).toBe('accepted');
    expect([state(), pids]).toEqual(['running', [1001]]);
    expect(supervisor.kickstart(GUI, LABEL, { kill: false }, (pid) => pids.push(pid))).toBe('running');
    expect(pids).toEqual([1001, 1001]);
  });

  it('waits for the throttle without -k', () => {
    const { load, supervisor, spawner, clock, startTimes } = createEngine();
    load({ RunAtLoad: true });
    clock.advance(2000);
    spawner.end(LABEL, { code: 0 });
    let pid: number | null = null;
    supervisor.kickstart(GUI, LABEL, { kill: false }, (started) => {
      pid = started;
    });
    expect(pid).toBeNull();
    clock.advance(8000);
    expect([pid, startTimes()]).toEqual([1002, [0, 10]]);
  });

  it('with -k stops, waits for the end, and starts at once whatever KeepAlive says', () => {
    const { load, supervisor, spawner, clock, startTimes } = createEngine();
    spawner.behave(LABEL, { onTerm: 'ignored' });
    load({ RunAtLoad: true });
    supervisor.kickstart(GUI, LABEL, { kill: true }, () => {});
    clock.advance(5000);
    expect(startTimes()).toEqual([0, 5]);
  });

  it('with -k does not wait for a throttle that is running', () => {
    const { load, supervisor, spawner, clock, startTimes } = createEngine();
    load({ KeepAlive: true });
    clock.advance(1000);
    spawner.end(LABEL, { code: 1 });
    supervisor.kickstart(GUI, LABEL, { kill: true }, () => {});
    expect(startTimes()).toEqual([0, 1]);
    expect(clock.armed()).toBe(0);
  });

  it('is refused while the job is being taken out', () => {
    const { load, supervisor } = createEngine();
    load({ KeepAlive: true });
    supervisor.remove(GUI, LABEL);
    expect(supervisor.kickstart(GUI, LABEL, { kill: true }, () => {})).toBe('leaving');
    expect(supervisor.kickstart(GUI, 'nobody', { kill: true }, () => {})).toBe('unknown');
  });
});

describe('triggers', () => {
  it('StartInterval fires from load on, and misses what falls into a run', () => {
    const { load, spawner, clock, startTimes } = createEngine();
    load({ StartInterval: 60 });
    expect(startTimes()).toEqual([]);
    spawner.behave(LABEL, { ends: { afterMs: 90_000, exit: { code: 0 } } });
    clock.advance(400_000);
    // At 60 s; 120 s falls into the run, which ends at 150 s; at 180 s; …
    expect(startTimes()).toEqual([0, 120, 240]);
  });

  it('OtherJobEnabled follows the other job, loaded or not', () => {
    const { load, state, supervisor } = createEngine();
    load({ KeepAlive: when({ OtherJobEnabled: when({ other: true }) }) });
    expect(state()).toBe('idle');
    load({}, 'other');
    expect(state()).toBe('running');
    supervisor.remove(GUI, 'other');
    expect(state()).toBe('running');
  });

  it('PathState starts the job when the path comes', () => {
    const { load, state, paths, touch, spawner, clock } = createEngine();
    load({ KeepAlive: when({ PathState: when({ '/flag': true }) }) });
    paths.add('/flag');
    touch();
    expect(state()).toBe('running');
    clock.advance(10_000);
    spawner.end(LABEL, { code: 0 });
    expect(state()).toBe('running');
    paths.delete('/flag');
    clock.advance(10_000);
    spawner.end(LABEL, { code: 0 });
    expect(state()).toBe('idle');
  });

  it('LaunchOnlyOnce is over after one run', () => {
    const { load, state, spawner, clock } = createEngine();
    load({ KeepAlive: true, LaunchOnlyOnce: true });
    clock.advance(10_000);
    spawner.end(LABEL, { code: 0 });
    clock.advance(10_000);
    expect(state()).toBe('idle');
  });
});

describe('counters', () => {
  it('count runs and crashes in a row, and begin anew with each load', () => {
    const { load, spawner, clock, supervisor } = createEngine();
    load({ KeepAlive: true, ThrottleInterval: 1 });
    for (const exit of [{ signal: 11 }, { signal: 6 }]) {
      spawner.end(LABEL, exit);
      clock.advance(1000);
    }
    expect(supervisor.find(GUI, LABEL)).toMatchObject({
      runs: 3,
      successiveCrashes: 2,
      lastExit: { signal: 6 },
    });
    spawner.end(LABEL, { code: 1 });
    clock.advance(1000);
    expect(supervisor.find(GUI, LABEL)).toMatchObject({
      runs: 4,
      successiveCrashes: 0,
      lastExit: { code: 1 },
    });
    supervisor.remove(GUI, LABEL);
    clock.advance(1000);
    load();
    expect(supervisor.find(GUI, LABEL)).toMatchObject({ runs: 0, lastExit: null });
  });
});
