import { lchown } from 'node:fs/promises';
import { type CarriedOut, carryOut } from '../apply/carry-out.ts';
import { isSettled } from '../apply/unfinished.ts';
import type { Settings } from '../apply/work.ts';
import type { Places } from '../model/domain.ts';
import type { Unfinished } from '../model/journal.ts';
import type { Change } from '../model/plan.ts';
import type { Event } from '../model/report.ts';
import { createJournal } from '../sys/journal.ts';
import { createLedgerStore } from '../sys/ledger.ts';
import type { Files, Ports } from '../sys/ports.ts';
import { refuseByGround } from './root-ground.ts';
import { refuseForeign } from './root-owns.ts';
import { type RootScope, refuseByRules } from './root-rules.ts';

export interface RootWork {
  readonly places: Places;
  /** The user for whom `all-users` jobs are loaded; null: nobody. */
  readonly uid: number | null;
  readonly stack: string;
  readonly settings: Settings;
  /** `--adopt` was given: jobs that are not ours may be taken. */
  readonly mayAdopt: boolean;
}

export type CheckedHand = (change: Change, emit: (event: Event) => void) => Promise<CarriedOut>;

/** The ports that root changes things through: files become root's, and no state but root's own is read or written. */
export function rootPorts(
  { systemState, daemons, globalAgents }: Places,
  { launchctl, files, clock, processes }: Pick<Ports, 'launchctl' | 'files' | 'clock' | 'processes'>,
): Ports {
  const places = { systemState, userState: systemState, daemons, globalAgents };
  const own = rootFiles(files);
  return {
    launchctl,
    files: own,
    clock,
    processes,
    ledger: createLedgerStore(places, own, 0),
    journal: createJournal(places, own, processes, 0),
  };
}

/** Carries out changes as root, each once all of it was checked. Whoever asks, and from wherever: root looks for itself. */
export async function openRootHand(work: RootWork, ports: Ports): Promise<CheckedHand> {
  const { settings, stack } = work;
  const ancestry = ports.processes.ancestry();
  const unfinished = new Map((await ports.journal.read()).map((each) => [targetOf(each), each]));
  return async (change, emit) => {
    const earlier = unfinished.get(targetOf(change)) ?? null;
    try {
      const refused =
        (await refuse(change, work, ports)) ?? (await refuseHalf(change, earlier, ports, settings));
      if (refused !== null) return refused;
    } catch (error) {
      return failed(change, 'root/refused', `Root cannot check this: ${(error as Error).message}.`, '');
    }
    return carryOut(change, { ports, settings, stack, emit, ancestry: () => ancestry }, earlier);
  };
}

function targetOf({ domain, label }: Pick<Change, 'domain' | 'label'>): string {
  return `${domain}/${label}`;
}

async function refuse(change: Change, work: RootWork, ports: Ports): Promise<CarriedOut | null> {
  const scope: RootScope = { places: work.places, uid: work.uid };
  const unsafe = refuseByRules(change, scope);
  if (unsafe !== null)
    return failed(
      change,
      'root/refused',
      `Root does not do this: ${unsafe}.`,
      'Nothing of it was begun. If this is what you declared, please report it.',
    );
  const ground = await refuseByGround(change, ports.files);
  if (ground !== null)
    return failed(
      change,
      'root/unsafe-folder',
      `Root does not write there: ${ground}.`,
      'Give the folder to root and take the right to write from all others, then apply again.',
    );
  const foreign = work.mayAdopt ? null : await refuseForeign(change, work.places, ports);
  if (foreign === null) return null;
  return failed(
    change,
    'job/not-ours',
    `${foreign} is not ours: neither root's ledger nor a mark in its plist says so.`,
    'Run reconcile apply --adopt to take it over.',
  );
}

/**
 * An earlier run of root was ended in the middle of a restart, and whoever planned this could not know: root's journal is
 * hidden from others. Root plans what puts it right.
 */
async function refuseHalf(
  change: Change,
  earlier: Unfinished | null,
  ports: Ports,
  settings: Settings,
): Promise<CarriedOut | null> {
  const takesOut = change.actions.some(({ action }) => action === 'bootout');
  if (earlier === null || takesOut || (await isSettled(earlier, { ports, settings }))) return null;
  return failed(
    change,
    'apply/unfinished',
    `An earlier run of reconcile was ended in the middle of its work on ${change.label}.`,
    `Let root plan what puts it right: sudo reconcile apply -t ${change.label}`,
  );
}

function failed(
  { instance, label, domain }: Change,
  code: string,
  message: string,
  hint: string,
): CarriedOut {
  return {
    result: { instance, label, domain, outcome: 'failed', error: { code, message, hint } },
    changed: false,
    diagnostics: [],
    verified: [],
  };
}

/** What root writes belongs to root and wheel, in whatever folder (facts §3.7). */
function rootFiles(files: Files): Files {
  return {
    ...files,
    async write(path, content, mode) {
      await files.write(path, content, mode);
      await lchown(path, 0, 0);
    },
  };
}
