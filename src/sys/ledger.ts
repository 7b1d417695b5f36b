import { posix } from 'node:path';
import { isSystemWide } from '../launchd/domains.ts';
import type { Domain, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Ledger, LedgerEntry } from '../model/ledger.ts';
import { formatLedger, parseLedger } from './ledger-file.ts';
import type { Files, LedgerStore } from './ports.ts';

/** Name of the ledger's file in each state folder. */
export const LEDGER_FILE = 'ledger.json';

type LedgerPlaces = Pick<Places, 'userState' | 'systemState' | 'daemons' | 'globalAgents'>;

/** One file of entries. It is read afresh each time, since another run may have written it while this one waited. */
interface Shelf {
  readonly path: string;
  read(): Promise<readonly LedgerEntry[] | 'hidden'>;
  /** Changes that come while a write is under way share the next one, so a thousand of them are not a thousand writes. */
  change(edit: Edit): Promise<void>;
}

/**
 * What we own, as JSON in the state folders: entries of `system` and `all-users` jobs in `systemState`, the others in
 * `userState`. Files are 0600 in a folder 0700 and replaced atomically. A file that is there but cannot be read, parsed
 * or trusted throws ReconcileError `ledger/unreadable` (exit 1) and is left as it is.
 *
 * A ledger is trusted when it belongs to the caller or to root. A caller who is not root and may not read root's
 * ledger gets the user's entries and `systemHidden: true`.
 *
 * @param callerUid the effective uid of this process
 * @param userUid whose jobs are meant, where root works for somebody: the owner of the user's ledger
 */
export function createLedgerStore(
  places: LedgerPlaces,
  files: Files,
  callerUid: number,
  userUid: number = callerUid,
): LedgerStore {
  const user = createShelf(posix.join(places.userState, LEDGER_FILE), files, userUid);
  const system =
    places.systemState === places.userState
      ? user
      : createShelf(posix.join(places.systemState, LEDGER_FILE), files, callerUid);

  function shelfOf(entry: LedgerEntry): Shelf {
    return isSystemWide(entry, places) ? system : user;
  }

  async function readShelf(shelf: Shelf): Promise<readonly LedgerEntry[]> {
    const entries = await shelf.read();
    if (entries === 'hidden') throw unreadable(shelf.path, 'may not be read by you');
    return entries;
  }

  return {
    async read(): Promise<Ledger> {
      const all = await readShelf(user);
      if (system === user) return { version: 1, entries: all };
      // Only root's own ledger vouches for root's jobs, whatever a user writes into another.
      const own = all.filter((entry) => !isSystemWide(entry, places));
      const shared = await system.read();
      if (shared === 'hidden' && callerUid !== 0) return { version: 1, entries: own, systemHidden: true };
      return { version: 1, entries: [...own, ...(await readShelf(system))] };
    },
    async record(entry: LedgerEntry): Promise<void> {
      const shelf = shelfOf(entry);
      await shelf.change((entries) => [...without(entries, entry.domain, entry.label), entry]);
    },
    async forget(domain: Domain, label: string): Promise<void> {
      for (const shelf of new Set([user, system])) {
        const entries = await shelf.read();
        if (entries === 'hidden' || !entries.some((entry) => isOf(entry, domain, label))) continue;
        await shelf.change((before) => without(before, domain, label));
      }
    },
  };
}

type Edit = (entries: readonly LedgerEntry[]) => readonly LedgerEntry[];

function createShelf(path: string, files: Files, callerUid: number): Shelf {
  let writing: Promise<void> = Promise.resolve();
  let waiting: { readonly edits: Edit[]; readonly done: Promise<void> } | null = null;

  async function writeAll(edits: readonly Edit[]): Promise<void> {
    const entries = await load(path, files, callerUid);
    if (entries === 'hidden') throw unreadable(path, 'may not be read by you');
    const edited = edits.reduce((before, edit) => edit(before), entries);
    await files.makeFolder(posix.dirname(path), 0o700);
    await files.write(path, formatLedger(edited), 0o600);
  }

  return {
    path,
    read: () => load(path, files, callerUid),
    change(edit): Promise<void> {
      if (waiting === null) {
        const edits: Edit[] = [];
        const done = writing.then(() => {
          waiting = null;
          return writeAll(edits);
        });
        waiting = { edits, done };
        writing = done.catch(() => {});
      }
      waiting.edits.push(edit);
      return waiting.done;
    },
  };
}

async function load(
  path: string,
  files: Files,
  callerUid: number,
): Promise<readonly LedgerEntry[] | 'hidden'> {
  try {
    const identity = await files.identify(path);
    if (identity === null) return [];
    if (identity.kind !== 'file') throw unreadable(path, 'is not a plain file');
    if (identity.uid !== callerUid && identity.uid !== 0) {
      throw unreadable(path, `belongs to another user (uid ${identity.uid})`);
    }
    if ((identity.mode & 0o022) !== 0) throw unreadable(path, 'may be written by others');
    const reading = parseLedger(new TextDecoder().decode(await files.read(path)));
    if (!reading.ok) throw unreadable(path, reading.why);
    return reading.entries;
  } catch (error) {
    if (error instanceof ReconcileError) throw error;
    const code = (error as { code?: string }).code;
    if (code === 'EACCES' || code === 'EPERM') return 'hidden';
    throw unreadable(path, `cannot be read (${(error as Error).message})`, error);
  }
}

function unreadable(path: string, why: string, cause?: unknown): ReconcileError {
  return new ReconcileError('ledger/unreadable', `The ledger ${path} ${why}, so nothing was touched.`, {
    hint: 'Restore it from a backup, correct its owner and mode (yours, 0600), or move it away: the marks in the plists then tell again which jobs are ours. A ledger of a newer version needs the newer reconcile.',
    exitCode: EXIT.failed,
    cause,
  });
}

function isOf(entry: LedgerEntry, domain: Domain, label: string): boolean {
  return entry.domain === domain && entry.label === label;
}

function without(entries: readonly LedgerEntry[], domain: Domain, label: string): readonly LedgerEntry[] {
  return entries.filter((entry) => !isOf(entry, domain, label));
}
