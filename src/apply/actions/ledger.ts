import type { FileIdentity, LedgerEntry, Proof } from '../../model/ledger.ts';
import { type Perform, targetOf, type Work } from '../work.ts';
import { identityOf } from './load.ts';

export const record: Perform<'record'> = async ({ entry }, work) => {
  await work.ports.ledger.record(await withProof(entry, work));
};

export const forget: Perform<'forget'> = async ({ domain, label }, { ports }) => {
  await ports.ledger.forget(domain, label);
};

/**
 * The proof that spares later questions: launchd read exactly this file. It holds when the job was loaded by us, `print`
 * showed it, and the file is now what it was just before; a file touched in between proves nothing.
 */
async function withProof(entry: LedgerEntry, { ports, progress }: Work): Promise<LedgerEntry> {
  const loading = progress.loading.get(targetOf(entry));
  if (loading === undefined) return entry;
  const seen = progress.verified.get(targetOf(entry));
  const now = await identityOf(ports.files, entry.path);
  const untouched = loading.file !== null && now !== null && isSame(loading.file, now);
  const proof: Proof | null = seen !== undefined && untouched ? { file: now, pid: seen.pid } : null;
  return { ...entry, proof };
}

function isSame(a: FileIdentity, b: FileIdentity): boolean {
  return (
    a.dev === b.dev &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.mode === b.mode
  );
}
