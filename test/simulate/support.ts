import { POLICY_NAMES, withPolicy } from '../../src/desired/policy.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { type LookAhead, lookAhead } from '../../src/simulate/look-ahead.ts';
import { parseScript, type Script } from '../../src/simulate/script.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Timeline } from '../../src/simulate/timeline.ts';
import type { Wall } from '../../src/simulate/wall.ts';

/** Wednesday 1 July 2026, 12:00 UTC. */
export const NOON: Wall = { loadedAt: Date.UTC(2026, 6, 1, 12), zone: { offset: () => 0 } };

export const GUI = 'gui/501';

export function plistOf(keys: Readonly<Record<string, PlistValue>>): PlistDict {
  return dict([['Label', 'org.example.job'], ['ProgramArguments', ['/bin/job']], ...Object.entries(keys)]);
}

export function scriptOf(text: string): Script {
  const reading = parseScript(text);
  if ('problem' in reading) throw new Error(`${text}: ${reading.problem.message}`);
  return reading.script;
}

/** A job with these keys, loaded, for so many seconds. */
export function play(
  keys: Readonly<Record<string, PlistValue>>,
  exits: string,
  seconds = 300,
  wall = NOON,
): Timeline {
  return simulate({
    plist: plistOf(keys),
    domain: GUI,
    script: scriptOf(exits),
    forMs: seconds * 1000,
    wall,
  });
}

/** Seconds of each start. */
export function startsOf({ events }: Timeline): readonly number[] {
  return events.filter(({ kind }) => kind === 'start').map(({ at }) => at / 1000);
}

/** As `reconcile explain` asks. */
export function ahead(
  plist: PlistDict,
  exits: string,
  seconds: number,
  others: readonly PlistDict[] = [],
  name = 'job',
  wall = NOON,
  enabled = true,
): LookAhead {
  return lookAhead({
    name,
    domain: GUI,
    plist,
    others,
    withPolicy: Object.fromEntries(
      POLICY_NAMES.map((policy) => [policy, (each: PlistDict) => withPolicy(each, policy)]),
    ),
    script: scriptOf(exits),
    forMs: seconds * 1000,
    wall,
    enabled,
  });
}
