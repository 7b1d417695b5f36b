import type { Definition } from '../../src/emulator/definition.ts';
import type { Clock, Spawner } from '../../src/emulator/ports.ts';
import type { ExitKind } from '../../src/launchd/keep-alive.ts';
import { signalByName } from '../../src/launchd/signals.ts';

/** How the processes of a program behave. */
export interface Behaviour {
  /** Ends by itself so long after its start; absent: runs until it is stopped. */
  readonly ends?: { readonly afterMs: number; readonly exit: ExitKind };
  /** What SIGTERM does to it; absent: ends it with signal 15 at once. */
  readonly onTerm?: 'ignored' | { readonly afterMs: number; readonly exit: ExitKind };
  /** There is no process at all. */
  readonly refused?: 'config' | 'fork';
}

/** Processes that exist on paper only. */
export interface ScriptedSpawner extends Spawner {
  /** For all later starts of this label. */
  behave(label: string, behaviour: Behaviour): void;
  /** The living process of this label ends now. */
  end(label: string, exit: ExitKind): void;
  /** Of every start, in order: the label and the time. */
  readonly starts: readonly { readonly label: string; readonly at: number }[];
  /** Signals that were sent, in order: `TERM org.example.a`. */
  readonly signals: readonly string[];
  readonly living: ReadonlySet<number>;
}

export function createScriptedSpawner(clock: Clock): ScriptedSpawner {
  const behaviours = new Map<string, Behaviour>();
  const processes = new Map<string, (exit: ExitKind) => void>();
  const starts: { label: string; at: number }[] = [];
  const signals: string[] = [];
  const living = new Set<number>();
  let lastPid = 1000;

  return {
    starts,
    signals,
    living,
    behave: (label, behaviour) => void behaviours.set(label, behaviour),
    end(label, exit) {
      const finish = processes.get(label);
      if (finish === undefined) throw new Error(`no process of ${label}`);
      finish(exit);
    },
    spawn(definition: Definition, _domain, listener) {
      const { label } = definition;
      const behaviour = behaviours.get(label) ?? {};
      starts.push({ label, at: clock.now() });
      if (behaviour.refused !== undefined) {
        listener.failed(behaviour.refused);
        return;
      }
      lastPid += 1;
      const pid = lastPid;
      living.add(pid);
      const finish = (exit: ExitKind): void => {
        if (!living.delete(pid)) return;
        processes.delete(label);
        listener.ended(exit);
      };
      processes.set(label, finish);
      const { ends, onTerm } = behaviour;
      if (ends !== undefined) clock.after(ends.afterMs, () => finish(ends.exit));
      listener.started({
        pid,
        signal(name) {
          signals.push(`${name.slice(3)} ${label}`);
          const signal = signalByName(name)?.number ?? 15;
          // As the kernel does: the end is told later, never from within kill.
          if (name !== 'SIGTERM') clock.after(0, () => finish({ signal }));
          else if (onTerm === undefined) clock.after(0, () => finish({ signal }));
          else if (onTerm !== 'ignored') clock.after(onTerm.afterMs, () => finish(onTerm.exit));
        },
        signalGroup: (name) => void signals.push(`group ${name.slice(3)} ${label}`),
      });
    },
  };
}
