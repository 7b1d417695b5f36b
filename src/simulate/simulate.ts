import { type Definition, readDefinition } from '../emulator/definition.ts';
import { DEFAULT_FIDELITY } from '../emulator/fidelity.ts';
import type { Timer } from '../emulator/ports.ts';
import { createSupervisor } from '../emulator/supervisor.ts';
import type { Domain } from '../model/domain.ts';
import type { PlistDict } from '../model/plist.ts';
import { assumeConditions, otherJob } from './conditions.ts';
import { paperProcesses } from './paper-processes.ts';
import type { Script } from './script.ts';
import type { Timeline, TimelineEvent } from './timeline.ts';
import { createVirtualClock } from './virtual-clock.ts';
import type { Wall } from './wall.ts';

/** More starts than this are not played: nobody looks at them all, and a storm has been seen long before. */
export const MOST_STARTS = 10_000;

export interface Scenario {
  readonly plist: PlistDict;
  readonly domain: Domain;
  readonly script: Script;
  /** How long from the moment that the job is loaded. */
  readonly forMs: number;
  readonly wall: Wall;
  /** After so many starts no more is played; default MOST_STARTS. */
  readonly mostStarts?: number;
  /** Lines that the engine logs. */
  readonly log?: (line: string) => void;
}

/**
 * Plays a job in the engine of the embedded launchd, the one that its daemon uses, on a virtual clock: loaded at 0, its runs
 * as the script says, until the time is over. A plist that launchd refuses is thrown as an error: what was compiled from a
 * file never is.
 */
export function simulate(scenario: Scenario): Timeline {
  const { plist, domain, script, forMs, wall, mostStarts = MOST_STARTS, log = () => {} } = scenario;
  const definition = define(plist);
  const { label } = definition;
  const clock = createVirtualClock(0, wall.zone);
  clock.setWall(wall.loadedAt);
  const world = assumeConditions(plist);
  const events: TimelineEvent[] = [];
  let starts = 0;
  let awaited: Timer | null = null;

  const supervisor = createSupervisor({
    clock,
    spawner: paperProcesses(label, script, clock, {
      started(run) {
        starts = run;
        const phase = supervisor.find(domain, label)?.phase;
        if (phase?.kind !== 'spawning') throw new Error(`${label} is started while it is ${phase?.kind}`);
        events.push({ at: clock.now(), kind: 'start', run, reason: phase.reason });
      },
      ended: (run, exit) => void events.push({ at: clock.now(), kind: 'exit', run, exit }),
    }),
    paths: {
      exists: (path) => world.paths.has(path),
      holdsEntries: () => false,
      watch: () => ({ close: () => {} }),
    },
    mounts: { watch: () => ({ close: () => {} }) },
    fidelity: DEFAULT_FIDELITY,
    log,
    missed(job) {
      if (job.definition.label === label) events.push({ at: clock.now(), kind: 'missed', run: starts });
    },
  });

  /** Writes down where the engine has left the job, if nothing has done so yet. */
  const look = (): void => {
    const phase = supervisor.find(domain, label)?.phase ?? { kind: 'idle' };
    if (phase.kind === 'scheduled' && phase.timer !== awaited) {
      awaited = phase.timer;
      events.push({ at: clock.now(), kind: 'wait', run: starts + 1, until: clock.dueOf(phase.timer) });
    } else if (phase.kind === 'idle' && events.at(-1)?.kind !== 'down')
      events.push({ at: clock.now(), kind: 'down', run: starts });
  };

  for (const other of world.jobs) supervisor.load(define(otherJob(other.label, other.runs)), domain);
  supervisor.load(definition, domain);
  look();
  let goesOn = true;
  while (goesOn && starts <= mostStarts) {
    // What would fall on the last moment belongs to the time after it.
    goesOn = clock.step(forMs - 1);
    look();
  }
  // One start too many is where it was broken off.
  const tooMany = starts > mostStarts ? events.pop() : undefined;
  return { plist, events, forMs, wall, playedMs: tooMany?.at ?? forMs, assumed: world.told };
}

function define(plist: PlistDict): Definition {
  const reading = readDefinition(plist, '');
  if (!reading.ok) throw new Error(`launchd refuses this plist with ${reading.code}`);
  return reading.definition;
}
