import type { Domain } from '../model/domain.ts';
import type { PlistDict } from '../model/plist.ts';
import { type Finding, findingsOf } from './findings.ts';
import { type Outcome, outcomeOf, STORM_STARTS } from './outcome.ts';
import type { Script } from './script.ts';
import { MOST_STARTS, simulate } from './simulate.ts';
import type { Timeline } from './timeline.ts';
import type { Wall } from './wall.ts';

/** One of the timelines that are looked at together. */
export interface Track {
  /** The job as the file has it; otherwise one to compare it with. */
  readonly declared: boolean;
  readonly timeline: Timeline;
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
}

export interface LookAhead {
  readonly script: Script;
  readonly forMs: number;
  readonly wall: Wall;
  /** The declared job first. */
  readonly tracks: readonly [Track, ...Track[]];
}

export interface Question {
  /** What the job is called in commands. */
  readonly name: string;
  readonly domain: Domain;
  readonly plist: PlistDict;
  /** The same job otherwise. */
  readonly others: readonly PlistDict[];
  /** A plist with each policy, by its name: what findings point to. */
  readonly withPolicy: Readonly<Record<string, (plist: PlistDict) => PlistDict>>;
  readonly script: Script;
  readonly forMs: number;
  readonly wall: Wall;
  /** False: the file says `enabled: false`. */
  readonly enabled: boolean;
}

const NOT_ENABLED: Finding = {
  code: 'not-enabled',
  severity: 'warning',
  brief: 'not enabled',
  message: 'Never starts as long as the file says `enabled: false`; seen here is what happens without that.',
  next: null,
};

/** Plays a job, as it is declared and otherwise, with the same runs. */
export function lookAhead(question: Question): LookAhead {
  const { name, domain, plist, others, withPolicy, script, forMs, wall, enabled } = question;
  const play = (each: PlistDict, mostStarts = MOST_STARTS): Timeline =>
    simulate({ plist: each, domain, script, forMs, wall, mostStarts });
  // Once the last run of the script comes again and again, nothing new happens.
  const enough = script.length + 2 * STORM_STARTS;
  const track = (each: PlistDict, declared: boolean): Track => {
    const timeline = play(each);
    const alternatives = Object.entries(withPolicy).map(([policy, make]) => ({
      policy,
      outcome: outcomeOf(play(make(each), enough)),
    }));
    return {
      declared,
      timeline,
      outcome: outcomeOf(timeline),
      findings: [...(declared && !enabled ? [NOT_ENABLED] : []), ...findingsOf(timeline, alternatives, name)],
    };
  };
  return { script, forMs, wall, tracks: [track(plist, true), ...others.map((each) => track(each, false))] };
}
