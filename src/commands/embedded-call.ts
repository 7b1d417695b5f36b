import { join } from 'node:path';
import type { Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { launchctlEnvironment } from '../sys/places.ts';
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
  throw new ReconcileError('embedded/unreachable', stderr.trim() || 'The embedded launchd gave no answer.', {
    hint: `Look into ${join(places.userState, 'run')}, end the process named there, then try again.`,
    exitCode: EXIT.failed,
  });
}

/** Ends all jobs, then the daemon; nothing to do when there is none. */
export async function stopEmbedded(places: Places, env: Context['env']): Promise<void> {
  await askEmbedded(places, env, 'embedded-stop');
}

/** What our own launchctl answers to `embedded-status`. */
export interface EmbeddedStatus {
  readonly pid: number | null;
  readonly macos: number | null;
  readonly logged_in: boolean;
  readonly asleep: boolean;
  readonly on_demand_only: readonly string[];
  readonly services: readonly { readonly label: string; readonly domain: string }[];
}

export async function embeddedStatus(places: Places, env: Context['env']): Promise<EmbeddedStatus> {
  return JSON.parse(await askEmbedded(places, env, 'embedded-status')) as EmbeddedStatus;
}
