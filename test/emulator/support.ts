import { type Definition, readDefinition } from '../../src/emulator/definition.ts';
import { DEFAULT_FIDELITY, type Fidelity } from '../../src/emulator/fidelity.ts';
import { toldMounts } from '../../src/emulator/mounts.ts';
import type { PathConditions, SocketPort } from '../../src/emulator/ports.ts';
import { createSupervisor } from '../../src/emulator/supervisor.ts';
import type { Supervisor } from '../../src/emulator/supervisor-shape.ts';
import type { TimeZone } from '../../src/launchd/calendar.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { createVirtualClock, type VirtualClock } from '../../src/simulate/virtual-clock.ts';
import { createScriptedSpawner, type ScriptedSpawner } from '../support/scripted-spawner.ts';

export const GUI = 'gui/501';
export const LABEL = 'org.example.job';

export interface Engine {
  readonly supervisor: Supervisor;
  readonly clock: VirtualClock;
  readonly spawner: ScriptedSpawner;
  readonly paths: Set<string>;
  /** Tells every watcher that paths have changed. */
  touch(): void;
  /** A file system is mounted. */
  mount(): void;
  /** Loads a job into gui/501 with these keys. */
  load(keys?: Readonly<Record<string, PlistValue>>, label?: string): ReturnType<Supervisor['load']>;
  state(label?: string): string;
  /** Seconds of each start of the label, from the first one. */
  startTimes(label?: string): readonly number[];
}

export function createEngine(
  fidelity: Partial<Fidelity> = {},
  zone?: TimeZone,
  sockets?: SocketPort,
): Engine {
  const clock = createVirtualClock(undefined, zone);
  const spawner = createScriptedSpawner(clock);
  const paths = new Set<string>();
  const watchers = new Set<() => void>();
  const conditions: PathConditions = {
    exists: (path) => paths.has(path),
    holdsEntries: (folder) => [...paths].some((path) => path.startsWith(`${folder}/`)),
    watch: (_paths, changed) => {
      watchers.add(changed);
      return { close: () => watchers.delete(changed) };
    },
  };
  const mounts = toldMounts();
  const supervisor = createSupervisor({
    clock,
    spawner,
    paths: conditions,
    mounts,
    ...(sockets === undefined ? {} : { sockets }),
    fidelity: { ...DEFAULT_FIDELITY, ...fidelity },
    log: () => {},
  });
  return {
    supervisor,
    clock,
    spawner,
    paths,
    mount: mounts.tell,
    touch: () => {
      for (const changed of watchers) changed();
    },
    load: (keys = {}, label = LABEL) => supervisor.load(definition(keys, label), GUI),
    state: (label = LABEL) => supervisor.find(GUI, label)?.phase.kind ?? 'gone',
    startTimes: (label = LABEL) => {
      const times = spawner.starts.filter((start) => start.label === label).map(({ at }) => at);
      return times.map((at) => (at - (times[0] ?? 0)) / 1000);
    },
  };
}

export function definition(keys: Readonly<Record<string, PlistValue>> = {}, label = LABEL): Definition {
  const plist = dict([['Label', label], ['ProgramArguments', ['/bin/job']], ...Object.entries(keys)]);
  const reading = readDefinition(plist, `/plists/${label}.plist`);
  if (!reading.ok) throw new Error(`refused with ${reading.code}`);
  return reading.definition;
}

/** `{SuccessfulExit: false}` as a dictionary. */
export function when(conditions: Readonly<Record<string, PlistValue>>): PlistDict {
  return dict(Object.entries(conditions));
}
