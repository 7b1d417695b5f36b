import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zoneNamed } from '../../src/launchd/time-zone.ts';
import { cellsOf, ticksOf } from '../../src/report/timeline-cells.ts';
import { segmentsOf } from '../../src/simulate/timeline.ts';
import { when } from '../emulator/support.ts';
import { play } from '../simulate/support.ts';

const SIGNS = {
  running: '=',
  waiting: '-',
  down: '.',
  good: 'o',
  bad: 'x',
  crash: '!',
  unknown: '?',
} as const;

function drawn(timeline: ReturnType<typeof play>, columns: number): string {
  return cellsOf(segmentsOf(timeline), timeline.forMs, columns)
    .map((cell) => SIGNS[cell])
    .join('');
}

describe('cellsOf', () => {
  it('shows each state, and each end in the column of its run', () => {
    const timeline = play({ KeepAlive: when({ SuccessfulExit: false }) }, '1@2s,segv@12s,0@4s', 40);
    expect(drawn(timeline, 40)).toBe('=x--------===========!===o..............');
    expect(drawn(timeline, 20)).toBe('x----=====!=o.......');
    expect(drawn(timeline, 4)).toBe('x=!.');
  });

  it('lets a worse end win over a better one in the same column', () => {
    const timeline = play({ KeepAlive: true, ThrottleInterval: 1 }, '0,segv,1,0', 60);
    expect(drawn(timeline, 6)).toBe('!ooooo');
  });

  it('leaves open what was not played', () => {
    const timeline = play({ KeepAlive: true }, '1', 200_000);
    expect(drawn(timeline, 4)).toBe('xx??');
  });

  it('fills every column, and shows that there was an end, whatever the width', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.constantFrom('1', '0@30s', 'segv*3,hang', 'hang', '1@7s,0@13s'),
        (columns, seconds, exits) => {
          const timeline = play(
            { KeepAlive: when({ SuccessfulExit: false }), ThrottleInterval: 7 },
            exits,
            seconds,
          );
          const line = drawn(timeline, columns);
          expect(line).toMatch(/^[=\-.ox!]*$/);
          expect(line).toHaveLength(columns);
          expect(/[ox!]/.test(line)).toBe(timeline.events.some(({ kind }) => kind === 'exit'));
        },
      ),
    );
  });
});

describe('ticksOf', () => {
  it.each([
    [60, 6, ['0 s', '10 s', '20 s', '30 s', '40 s', '50 s', '1 min']],
    [300, 6, ['0 s', '1 min', '2 min', '3 min', '4 min', '5 min']],
    [330, 6, ['0 s', '1 min', '2 min', '3 min', '4 min', '5 min 30 s']],
    [7 * 86_400, 8, ['0 s', '1 d', '2 d', '3 d', '4 d', '5 d', '6 d', '7 d']],
    [1, 6, ['0 s', '1 s']],
  ])('%d s, %d at most', (seconds, most, labels) => {
    expect(ticksOf(seconds * 1000, most, null).map(({ label }) => label)).toEqual(labels);
  });

  it('are round on the wall where the time of day matters, whatever clocks do meanwhile', () => {
    const wall = { loadedAt: Date.UTC(2026, 2, 28, 13, 20), zone: zoneNamed('Europe/Berlin') };
    expect(ticksOf(24 * 3_600_000, 4, wall)).toEqual([
      { ms: (3 * 60 + 40) * 60_000, label: '18:00' },
      { ms: (9 * 60 + 40) * 60_000, label: 'Sun 29 Mar' },
      { ms: (14 * 60 + 40) * 60_000, label: '06:00' },
      { ms: (20 * 60 + 40) * 60_000, label: '12:00' },
    ]);
  });

  it('ends with the end, and never has many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 365 * 86_400 }),
        fc.integer({ min: 3, max: 16 }),
        (seconds, most) => {
          const ticks = ticksOf(seconds * 1000, most, null);
          expect(ticks.at(-1)?.ms).toBe(seconds * 1000);
          expect(ticks.length).toBeLessThanOrEqual(most + 2);
        },
      ),
    );
  });
});
