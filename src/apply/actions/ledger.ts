import { isSameFile, type LedgerEntry, type Proof } from '../../model/ledger.ts';
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
 * showed it, and the file is now what it was just before; a file touched in between proves nothing. A restart reads no
 * file: a proof that stood before it goes on, with the new process.
 */
async function withProof(entry: LedgerEntry, { ports, progress }: Work): Promise<LedgerEntry> {
  const loading = progress.loading.get(targetOf(entry));
  const seen = progress.verified.get(targetOf(entry));
  if (loading === undefined && (seen === undefined || entry.proof === null)) return entry;
  const before = loading === undefined ? (entry.proof?.file ?? null) : loading.file;
  const now = await identityOf(ports.files, entry.path);
  const untouched = before !== null && now !== null && isSameFile(before, now);
  const proof: Proof | null = seen !== undefined && untouched ? { file: now, pid: seen.pid } : null;
  return { ...entry, proof };
}
