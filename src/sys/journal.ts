import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { isAppleLabel, isSystemWide, parseTarget, serviceTarget } from '../launchd/domains.ts';
import type { Domain, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Unfinished } from '../model/journal.ts';
import { formatJournal, type Maker, parseJournal } from './journal-file.ts';
import type { Files, Journal, Processes } from './ports.ts';
import { processStart } from './processes.ts';

/** Folder of the journal in each state folder. */
export const JOURNAL_FOLDER = 'journal';

const NAME = /^[0-9a-f]{16}\.json$/;

/** Without `userAgents`: no job of a user is ever spoken of here. */
export type JournalPlaces = Pick<Places, 'userState' | 'systemState' | 'daemons' | 'globalAgents'> &
  Partial<Pick<Places, 'userAgents'>>;

/**
 * The changes that are under way, one file each, in the state folder that holds the ledger of the job: that of `system`
 * and `all-users` jobs is root's alone. Files are 0600 in a folder 0700, whole or not there at all. They hold the bytes of
 * the plist that was there before, since a roll-back needs them, and are gone when the change has ended.
 *
 * An entry is a record of ours, not a licence: one that names a file outside of launchd's folders is not taken up.
 *
 * @param callerUid the effective uid of this process
 */
export function createJournal(
  places: JournalPlaces,
  files: Files,
  processes: Pick<Processes, 'alive'>,
  callerUid: number,
): Journal {
  const userFolder = posix.join(places.userState, JOURNAL_FOLDER);
  const systemFolder = posix.join(places.systemState, JOURNAL_FOLDER);
  let ownStart: Promise<string | null> | null = null;

  function fileOf(change: Pick<Unfinished, 'label' | 'domain' | 'plist'>): string {
    const { label, domain, plist: path } = change;
    return posix.join(
      isSystemWide({ domain, path }, places) ? systemFolder : userFolder,
      nameOf(domain, label),
    );
  }

  async function isAtWork({ pid, start }: Maker): Promise<boolean> {
    if (pid === process.pid || !processes.alive(pid)) return false;
    const now = await processStart(pid);
    return start === null || now === null || now === start;
  }

  async function readFolder(folder: string): Promise<readonly Unfinished[]> {
    const found: Unfinished[] = [];
    try {
      const there = await files.identify(folder);
      if (there === null) return [];
      if (there.kind !== 'folder') throw unreadable(folder, 'is not a folder');
      checkTrust(folder, there, callerUid);
      for (const name of await files.list(folder)) {
        if (!NAME.test(name)) continue;
        const path = posix.join(folder, name);
        const identity = await files.identify(path);
        // A run that still works has finished with it meanwhile.
        if (identity === null) continue;
        if (identity.kind !== 'file') throw unreadable(path, 'is not a plain file');
        checkTrust(path, identity, callerUid);
        const reading = parseJournal(new TextDecoder().decode(await files.read(path)));
        if (!reading.ok) throw unreadable(path, reading.why);
        if (fileOf(reading.change) !== path) throw unreadable(path, 'is about another job');
        const stray = strayOf(reading.change, places);
        if (stray !== null) throw unreadable(path, `names ${stray}, which no job of reconcile’s can be`);
        if (!(await isAtWork(reading.maker))) found.push(reading.change);
      }
    } catch (error) {
      if (error instanceof ReconcileError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return found;
      // Root's, and nothing that this caller could take up.
      if (callerUid !== 0 && folder === systemFolder && (code === 'EACCES' || code === 'EPERM')) return [];
      throw unreadable(folder, `cannot be read (${message})`, error);
    }
    return found;
  }

  return {
    async read(): Promise<readonly Unfinished[]> {
      const own = await readFolder(userFolder);
      return systemFolder === userFolder ? own : [...own, ...(await readFolder(systemFolder))];
    },
    async begin(change): Promise<void> {
      ownStart ??= processStart(process.pid);
      const path = fileOf(change);
      await files.makeFolder(posix.dirname(path), 0o700);
      await files.write(path, formatJournal({ pid: process.pid, start: await ownStart }, change), 0o600);
    },
    async end(change): Promise<void> {
      await files.remove(fileOf(change)).catch((error) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
    },
  };
}

/** A label may be longer than the name of a file, and differ from another by letter case alone. */
function nameOf(domain: Domain, label: string): string {
  return `${createHash('sha256').update(serviceTarget(domain, label)).digest('hex').slice(0, 16)}.json`;
}

/** The first file outside of launchd's folders, or job that is nobody's to change; null: there is none. */
function strayOf(
  { label, plist, former, intent }: Unfinished,
  { userAgents, globalAgents, daemons }: JournalPlaces,
): string | null {
  const folders: readonly (string | undefined)[] = [userAgents, globalAgents, daemons];
  const files = [plist, ...Object.keys(former.files), ...Object.keys(intent.files), ...intent.modes];
  const targets = [...intent.out, ...intent.overrides, ...Object.keys(intent.loads)];
  const isOurs = (path: string): boolean =>
    posix.normalize(path) === path && path.endsWith('.plist') && folders.includes(posix.dirname(path));
  const isFree = (name: string | undefined): boolean => name !== undefined && !isAppleLabel(name);
  return (
    files.find((path) => !isOurs(path)) ??
    targets.find((target) => !isFree(parseTarget(target)?.label)) ??
    (isFree(label) ? null : label)
  );
}

/** What is put back from here becomes a plist that launchd runs: nobody else may have written it. */
function checkTrust(
  path: string,
  { uid, mode }: { readonly uid: number; readonly mode: number },
  callerUid: number,
): void {
  if (uid !== callerUid && uid !== 0) throw unreadable(path, `belongs to another user (uid ${uid})`);
  if ((mode & 0o022) !== 0) throw unreadable(path, 'may be written by others');
}

function unreadable(path: string, why: string, cause?: unknown): ReconcileError {
  return new ReconcileError('journal/unreadable', `The journal ${path} ${why}, so nothing was touched.`, {
    hint: 'It tells what a run that was killed left half done. Correct its owner and mode (yours, 0600), or move it away and look at `reconcile plan --refresh full` before you apply.',
    exitCode: EXIT.failed,
    cause,
  });
}
