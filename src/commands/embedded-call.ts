import { join } from 'node:path';
import type { Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { launchctlEnvironment, WORLD_VARIABLE } from '../sys/places.ts';
import type { Context } from './context.ts';

/** Ending jobs takes as long as their ExitTimeOut allows. */
const TIMEOUT_MS = 10 * 60_000;
/** How our launchctl ends when what was asked cannot be as things stand, and when it was asked wrongly. */
const NOT_NOW = 3;
const WRONG = 64;

/** What a verb of our own launchctl answers (`embedded-status`). Throws a ReconcileError when it refuses or gives no answer. */
export async function askEmbedded(
  places: Places,
  env: Context['env'],
  ...argv: readonly string[]
): Promise<string> {
  const launchctl = createLaunchctl(places.launchctl, launchctlEnvironment(places, env));
  const { code, stdout, stderr } = await launchctl.call(argv, { timeoutMs: TIMEOUT_MS });
  if (code === 0) return stdout;
  if (code === NOT_NOW || code === WRONG) {
    const [message = '', hint] = stderr.trim().split('\n');
    throw new ReconcileError(code === WRONG ? 'usage' : 'embedded/not-now', message, {
      ...(hint === undefined ? {} : { hint }),
      exitCode: code === WRONG ? EXIT.usage : EXIT.failed,
    });
  }
  const why = stderr.trim() || 'The embedded launchd gave no answer.';
  throw new ReconcileError('embedded/unreachable', why, {
    hint: whatToDo(why, places),
    exitCode: EXIT.failed,
  });
}

/** By what the system said, which our launchctl quotes. */
function whatToDo(why: string, { userState }: Places): string {
  if (/\b(EACCES|EPERM|EROFS)\b/.test(why))
    return `Make ${userState} yours to write, or have the world elsewhere: set XDG_STATE_HOME or ${WORLD_VARIABLE}.`;
  if (/\b(ENOSPC|EDQUOT)\b/.test(why)) return `Make room for ${userState}, then try again.`;
  if (/\bENOTDIR\b/.test(why))
    return `${userState} must be a folder, or not be there: see ${WORLD_VARIABLE}.`;
  return `Look into ${join(userState, 'run')}, end the process named there, then try again.`;
}

/** Ends all jobs, then the daemon; nothing to do when there is none. */
export async function stopEmbedded(places: Places, env: Context['env']): Promise<void> {
  await askEmbedded(places, env, 'embedded-stop');
}

/** The same, and tells what there was to end. A daemon of another version says less of itself. */
export async function stopAndTell(
  places: Places,
  env: Context['env'],
): Promise<{ readonly wasRunning: boolean; readonly jobs: number | null; readonly leftovers: boolean }> {
  const { pid, services, leftovers } = await anyStatus(places, env);
  await stopEmbedded(places, env);
  return {
    wasRunning: pid != null,
    jobs: Array.isArray(services) ? services.length : null,
    leftovers: leftovers === true,
  };
}

const anyStatus = async (places: Places, env: Context['env']): Promise<Partial<EmbeddedStatus>> =>
  JSON.parse(await askEmbedded(places, env, 'embedded-status')) as Partial<EmbeddedStatus>;

/** What our own launchctl answers to `embedded-status`. */
export interface EmbeddedStatus {
  readonly pid: number | null;
  readonly macos: number | null;
  readonly logged_in: boolean;
  readonly asleep: boolean;
  readonly on_demand_only: readonly string[];
  readonly services: readonly { readonly label: string; readonly domain: string }[];
  /** The daemon was killed, and processes of its jobs may go on until the next call of it. */
  readonly leftovers: boolean;
}

/** Throws ReconcileError `embedded/other-version` when the daemon that runs was started by another version of reconcile. */
export async function embeddedStatus(places: Places, env: Context['env']): Promise<EmbeddedStatus> {
  const status = await anyStatus(places, env);
  if (isWhole(status)) return status;
  throw new ReconcileError(
    'embedded/other-version',
    `The embedded launchd that runs${status.pid == null ? '' : ` (pid ${status.pid})`} is of another version of reconcile.`,
    {
      hint: '`reconcile embedded stop` ends it and its jobs; the next command starts the one of this version.',
      exitCode: EXIT.failed,
    },
  );
}

function isWhole(status: Partial<EmbeddedStatus>): status is EmbeddedStatus {
  const { pid, macos, logged_in, asleep, on_demand_only, services, leftovers } = status;
  return (
    pid !== undefined &&
    macos !== undefined &&
    typeof logged_in === 'boolean' &&
    typeof asleep === 'boolean' &&
    Array.isArray(on_demand_only) &&
    Array.isArray(services) &&
    typeof leftovers === 'boolean'
  );
}
