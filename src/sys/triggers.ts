import { createHmac, randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { isSystemWide } from '../launchd/domains.ts';
import { ENV_FILE_LIMIT, envFileProblem } from '../launchd/env-file.ts';
import { unwrap } from '../launchd/wrapper.ts';
import type { Places } from '../model/domain.ts';
import type { Job } from '../model/job.ts';
import type { ObservedTriggers } from '../model/observed.ts';
import type { FileDigest, Files } from './ports.ts';

/** Name of the key in each state folder. */
export const TRIGGER_KEY_FILE = 'trigger.key';

type TriggerFiles = Pick<Files, 'read' | 'digest' | 'write' | 'makeFolder'>;

/** Looks at the files whose changed content restarts a job. */
export interface Triggers {
  /**
   * Digests of what lies there now. Never throws. What is not there, or cannot be read, has none; neither has an env_file
   * that the job could not read at its start.
   */
  observe(jobs: readonly Job[]): Promise<ObservedTriggers>;
  /** We hold the lock: a key that is missing may be made. Without one nothing was recorded yet, so nothing is compared. */
  mayMakeKeys(): void;
}

/**
 * Digests of secrets must not be worth guessing at: they are HMACs, of the path and the SHA-256 of the content, with a key of
 * 32 random bytes, which lies in the state folder beside the ledger (0600), that of system jobs in root's. An unchanged file
 * is not read again.
 *
 * @param systemFiles for system jobs, where root works for a user: what is the user's, root looks at with the user's eyes
 */
export function createTriggers(
  places: Pick<Places, 'userState' | 'systemState' | 'daemons' | 'globalAgents'>,
  userFiles: TriggerFiles,
  systemFiles: TriggerFiles = userFiles,
): Triggers {
  const keys = new Map<string, Buffer>();
  const seen = new Map<string, FileDigest>();
  /** Of env_files: a file that stays as it is keeps its digest, the very object. */
  const sound = new WeakSet<FileDigest>();
  let mayMake = false;

  const filesFor = (folder: string): TriggerFiles =>
    folder === places.systemState ? systemFiles : userFiles;

  async function keyIn(folder: string): Promise<Buffer | null> {
    const known = keys.get(folder);
    if (known !== undefined) return known;
    const files = filesFor(folder);
    const path = posix.join(folder, TRIGGER_KEY_FILE);
    const text = await files.read(path).then(
      (bytes) => new TextDecoder().decode(bytes).trim(),
      (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? '' : null),
    );
    if (text === null || (!isKey(text) && !mayMake)) return null;
    const key = isKey(text) ? text : randomBytes(32).toString('hex');
    if (key !== text) {
      await files.makeFolder(folder, 0o700);
      await files.write(path, `${key}\n`, 0o600);
    }
    const bytes = Buffer.from(key, 'hex');
    keys.set(folder, bytes);
    return bytes;
  }

  async function digestOf(path: string, folder: string, isEnvFile: boolean): Promise<string | null> {
    try {
      const key = await keyIn(folder);
      if (key === null) return null;
      const files = filesFor(folder);
      const before = seen.get(`${folder}\0${path}`) ?? null;
      const now = await files.digest(path, before);
      seen.set(`${folder}\0${path}`, now);
      if (isEnvFile && !sound.has(now)) {
        if (Number(now.identity.size) < ENV_FILE_LIMIT && envFileProblem(await files.read(path)) !== null)
          return null;
        sound.add(now);
      }
      const hmac = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
      // What was made with another key cannot be compared, which must not look like a change.
      return `${hmac('').slice(0, 8)}.${hmac(`${path}\0${now.sha256}`).slice(0, 32)}`;
    } catch {
      return null;
    }
  }

  return {
    mayMakeKeys() {
      mayMake = true;
    },
    async observe(jobs) {
      const found: Record<string, Readonly<Record<string, string>>> = Object.create(null);
      for (const job of jobs) {
        if (job.triggers === undefined || job.excluded) continue;
        const folder = isSystemWide(job, places) ? places.systemState : places.userState;
        // Without a key nothing is known, which is not the same as that nothing is there.
        if ((await keyIn(folder).catch(() => null)) === null) continue;
        const digests: Record<string, string> = Object.create(null);
        const envFiles = unwrap(job.plist).reads?.envFiles ?? [];
        for (const path of job.triggers) {
          const digest = await digestOf(path, folder, envFiles.includes(path));
          if (digest !== null) digests[path] = digest;
        }
        found[`${job.domain}/${job.label}`] = digests;
      }
      return found;
    },
  };
}

function isKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
