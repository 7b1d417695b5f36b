import { describe, expect, it } from 'vitest';
import { wallAlarms } from '../../src/emulator/wall-alarms.ts';
import { zoneNamed } from '../../src/launchd/time-zone.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { createVirtualClock } from '../../src/simulate/virtual-clock.ts';
import { createEngine, type Engine, LABEL, when } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The virtual clock begins with 2026 in UTC, a Thursday. */
const BEGIN = Date.UTC(2026, 0, 1);

/** A job that runs for a second. */
function scheduled(schedule: PlistValue, zone?: string): Engine {
  const engine = createEngine({}, zone === undefined ? undefined : zoneNamed(zone));
  engine.spawner.behave(LABEL, { ends: { afterMs: 1000, exit: { code: 0 } } });
  engine.load({ StartCalendarInterval: schedule });
  return engine;
}

/** When it was started, in UTC. */
function starts({ spawner, clock }: Engine): readonly string[] {
  const ahead = clock.wall() - clock.now();
  return spawner.starts.map(({ at }) => new Date(at + ahead).toISOString().slice(5, 16));
}

describe('StartCalendarInterval', () => {
  it('fires in local time, and not at load', () => {
    const engine = scheduled(when({ Hour: 3, Minute: 30 }), 'Europe/Berlin');
    expect(engine.state()).toBe('idle');
    engine.clock.advance(3 * DAY);
    expect(starts(engine)).toEqual(['01-01T02:30', '01-02T02:30', '01-03T02:30']);
  });

  it('takes several schedules, and one firing for those that fit the same minute', () => {
    const engine = scheduled([
      when({ Hour: 6, Minute: 0 }),
      when({ Minute: 0, Weekday: 5, Hour: 7 }),
      when({ Day: 2, Hour: 6, Minute: 0 }),
    ]);
    engine.clock.advance(2 * DAY);
    expect(starts(engine)).toEqual(['01-01T06:00', '01-02T06:00', '01-02T07:00']);
  });

  it('with an empty dictionary fires every minute', () => {
    const engine = scheduled(dict([]));
    engine.clock.advance(10 * MINUTE);
    expect(engine.spawner.starts).toHaveLength(10);
  });

  it('follows the change to summer time', () => {
    const engine = scheduled(when({ Hour: 3, Minute: 30 }), 'Europe/Berlin');
    engine.clock.advance(Date.UTC(2026, 2, 31) - BEGIN);
    expect(starts(engine).slice(-3)).toEqual(['03-28T02:30', '03-29T01:30', '03-30T01:30']);
  });

  it('makes one start of all that falls into a run', () => {
    const engine = createEngine();
    engine.spawner.behave(LABEL, { ends: { afterMs: 3.5 * HOUR, exit: { code: 0 } } });
    engine.load({ StartCalendarInterval: when({ Minute: 0 }) });
    engine.clock.advance(7 * HOUR);
    expect(starts(engine)).toEqual(['01-01T01:00', '01-01T04:30']);
  });

  it('makes one start of all that falls into a sleep, when the machine wakes', () => {
    const engine = scheduled(when({ Minute: 0 }));
    engine.clock.advance(30 * MINUTE);
    engine.supervisor.sleep(true);
    engine.clock.advance(4 * HOUR);
    expect(starts(engine)).toEqual([]);
    engine.supervisor.sleep(false);
    engine.clock.advance(HOUR);
    expect(starts(engine)).toEqual(['01-01T04:30', '01-01T05:00']);
  });

  it('never fires for a day that does not exist, and waits for nothing', () => {
    const engine = scheduled(when({ Day: 30, Month: 2 }));
    expect(engine.clock.armed()).toBe(0);
  });

  it('has one timer, and none once it is removed', () => {
    const engine = scheduled(when({ Hour: 3 }));
    expect(engine.clock.armed()).toBe(1);
    engine.supervisor.remove('gui/501', LABEL);
    expect(engine.clock.armed()).toBe(0);
  });

  it('makes up, once, for what a clock that was set forward has passed', () => {
    const engine = scheduled(when({ Hour: 12, Minute: 0 }));
    engine.clock.advance(HOUR);
    engine.clock.setWall(BEGIN + 5 * DAY + 13 * HOUR);
    expect(engine.spawner.starts).toHaveLength(1);
    engine.clock.advance(DAY);
    expect(starts(engine).at(-1)).toBe('01-07T12:00');
  });

  it('does not fire again when the clock is put right by minutes, and begins anew when by days', () => {
    const engine = scheduled(when({ Hour: 12, Minute: 0 }));
    engine.clock.advance(12 * HOUR + MINUTE);
    expect(engine.spawner.starts).toHaveLength(1);
    engine.clock.setWall(BEGIN + 11 * HOUR + 55 * MINUTE);
    engine.clock.advance(HOUR);
    expect(engine.spawner.starts).toHaveLength(1);
    engine.clock.setWall(BEGIN - 10 * DAY);
    engine.clock.advance(12 * HOUR + MINUTE);
    expect(engine.spawner.starts).toHaveLength(2);
  });
});

describe('alarms of the wall clock', () => {
  function alarms() {
    const clock = createVirtualClock();
    let ahead = BEGIN - clock.now();
    const at = wallAlarms({ now: clock.now, after: clock.after, wall: () => clock.now() + ahead });
    return {
      clock,
      at,
      set: (by: number) => {
        ahead += by;
      },
    };
  }

  it('come at their time, however far, with one timer for all of them', () => {
    const { clock, at } = alarms();
    const told: string[] = [];
    at(BEGIN + 300 * DAY, () => told.push('last'));
    at(BEGIN + 40 * DAY, () => told.push('first'));
    const cancelled = at(BEGIN + 50 * DAY, () => told.push('never'));
    expect(clock.armed()).toBe(1);
    clock.advance(40 * DAY - 1);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(['first']);
    cancelled.cancel();
    clock.advance(300 * DAY);
    expect(told).toEqual(['first', 'last']);
    expect(clock.armed()).toBe(0);
  });

  it('tell, within ten minutes, that the clock was set', () => {
    const { clock, at, set } = alarms();
    const told: number[] = [];
    at(BEGIN + DAY, () => told.push(clock.now()));
    clock.advance(HOUR);
    set(-5 * DAY);
    clock.advance(10 * MINUTE);
    expect(told).toHaveLength(1);
  });

  it('do not mind a clock that is slewed', () => {
    const { clock, at, set } = alarms();
    let told = 0;
    at(BEGIN + HOUR, () => {
      told += 1;
    });
    for (let step = 0; step < 50; step += 1) {
      set(-20);
      clock.advance(MINUTE);
    }
    expect(told).toBe(0);
    clock.advance(10 * MINUTE + 1000);
    expect(told).toBe(1);
  });

  it('may set the next one while they are told', () => {
    const { clock, at } = alarms();
    let told = 0;
    const again = (instant: number): void =>
      void at(instant, () => {
        told += 1;
        again(instant + MINUTE);
      });
    again(BEGIN + MINUTE);
    clock.advance(100 * MINUTE);
    expect(told).toBe(100);
    expect(clock.armed()).toBe(1);
  });
});
