import { type FileIdentity, isSameFile } from '../model/ledger.ts';
import type { ObservedPlist, ObservedService } from '../model/observed.ts';
import type { Service } from '../model/service.ts';

/**
 * What one observation leaves for the next of the same process: a plist whose identity is unchanged is not read again, and
 * a job that shows the same in the list of its domain is not printed again. Nothing of it is written down; it is no proof
 * (docs/design/proof.md), and what it spares is asked again after a while.
 */
export interface Memory {
  /** Milliseconds since 1970, by the wall clock: file times are held against it. */
  readonly now: () => number;
  readonly plists: Map<string, ObservedPlist>;
  readonly services: Map<string, Remembered>;
}

/** An answer of `print`, and what was seen beside it. */
interface Remembered {
  readonly service: ObservedService;
  readonly pid: number | null;
  /** As the list of the domain tells it. */
  readonly lastExit: string;
  readonly file: FileIdentity | null;
  readonly at: number;
  /** Without a process, it is asked again after this time. Milliseconds. */
  readonly longest: number;
}

/** A file that was written twice within one tick of its clock looks as if it had been written once. */
const COARSEST_TICK_MS = 1_000;
/** An idle job could be reloaded by hand and look the same in the list. */
const ASK_AGAIN_MS = 10 * 60_000;
/** One that ended badly may run again and again, and always looks the same in between: the first time it is asked again so soon. */
const ASK_AGAIN_SOON_MS = 2_000;

export function createMemory(now: () => number): Memory {
  return { now, plists: new Map(), services: new Map() };
}

/** The plist as it was read before, if the file is still the same one. */
export function rememberedPlist(
  memory: Memory,
  path: string,
  identity: FileIdentity,
): ObservedPlist | undefined {
  const known = memory.plists.get(path);
  return known !== undefined && isSameFile(known.identity, identity) ? known : undefined;
}

/** Keeps these plists and no others, but for those that may still change unseen. */
export function rememberPlists(memory: Memory, plists: readonly ObservedPlist[]): void {
  const settled = BigInt(Math.trunc(memory.now() - COARSEST_TICK_MS)) * 1_000_000n;
  memory.plists.clear();
  for (const plist of plists)
    if (!plist.symlink && plist.hash !== null && BigInt(plist.identity.ctimeNs) < settled)
      memory.plists.set(plist.path, plist);
}

/** What is listed of a job now, and the one plist with its Label. */
export interface Listed {
  readonly pid: number | null;
  readonly lastExit: string;
  readonly file: FileIdentity | null;
}

/** It has no process, and its last one ended badly: `-` and `0` are no bad end in the list of a domain. */
export function isDownBadly({ pid, lastExit }: Pick<Listed, 'pid' | 'lastExit'>): boolean {
  return pid === null && lastExit !== '-' && lastExit !== '0';
}

/** The earlier answer about this target, where nothing speaks for another one now. `closely`: not of an idle job. */
export function rememberedService(
  memory: Memory,
  target: string,
  listed: Listed,
  closely: boolean,
): ObservedService | undefined {
  const known = memory.services.get(target);
  if (known === undefined || known.pid !== listed.pid || known.lastExit !== listed.lastExit) return undefined;
  if (known.file === null || listed.file === null || !isSameFile(known.file, listed.file)) return undefined;
  // Asked later than now: the clock was set back since.
  const age = Math.abs(memory.now() - known.at);
  if (listed.pid === null && (closely || age > known.longest)) return undefined;
  return known.service.state === 'loaded' ? { ...known.service, remembered: true } : known.service;
}

/** Only an answer that could be read, of the very process that was listed. */
export function rememberService(
  memory: Memory,
  target: string,
  listed: Listed,
  service: ObservedService,
): void {
  if (service.state === 'loaded' && service.service.pid === listed.pid) {
    const longest = longestFor(memory.services.get(target), listed, service.service);
    memory.services.set(target, { ...listed, service, at: memory.now(), longest });
  } else memory.services.delete(target);
}

/** What fell over and stays down is asked less and less often; what falls over again and again is not. */
function longestFor(before: Remembered | undefined, listed: Listed, { runs }: Service): number {
  if (!isDownBadly(listed)) return ASK_AGAIN_MS;
  const hasRun = before?.service.state !== 'loaded' || before.service.service.runs !== runs;
  return hasRun ? ASK_AGAIN_SOON_MS : Math.min(ASK_AGAIN_MS, before.longest * 2);
}
