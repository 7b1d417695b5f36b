import type { Op, Plan } from '../model/plan.ts';

/** Jobs by what will become of them; the `summary` of interface §5, and the last line of the text. */
export type Summary = Readonly<Record<Op | 'blocked' | 'restarts' | 'starts', number>>;

/** A blocked change counts under `blocked` alone. */
export function summarise(plan: Plan): Summary {
  const summary = {
    create: 0,
    update: 0,
    reload: 0,
    load: 0,
    delete: 0,
    adopt: 0,
    move: 0,
    noop: 0,
    blocked: 0,
    restarts: 0,
    starts: 0,
  };
  for (const change of plan.changes) {
    if (change.blocked !== null) {
      summary.blocked++;
      continue;
    }
    summary[change.op]++;
    if (change.restarts) summary.restarts++;
    if (change.starts) summary.starts++;
  }
  return summary;
}
