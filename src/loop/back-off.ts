import { createHash } from 'node:crypto';
import type { Change } from '../model/plan.ts';
import type { Failures } from './state.ts';

/** After so many failures the pause does not grow any more. Milliseconds. */
const LONGEST_MS = 15 * 60_000;

/** The pause after the nth failure in a row (from 1): the interval, and twice as long each time, up to a quarter of an hour. */
export function pauseAfter(count: number, intervalMs: number): number {
  return Math.min(LONGEST_MS, intervalMs * 2 ** Math.min(count - 1, 30));
}

/** What a change is about: the same text for as long as the same is to be done for the same reasons. */
export function signatureOf({ op, reasons, fields, actions }: Change): string {
  const content = actions.map((each) => (each.action === 'write-plist' ? each.content : each.action));
  const text = JSON.stringify([op, reasons, fields.map(({ path }) => path), content]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export function mustWait(failures: Failures | null, change: Change, now: number): boolean {
  if (failures === null || failures.signature !== signatureOf(change)) return false;
  // Further away than any pause: the clock was set back since.
  return now < failures.retryAt && failures.retryAt - now <= LONGEST_MS;
}

/** One more failure of this change; another change begins to count anew. */
export function noteFailure(
  failures: Failures | null,
  change: Change,
  now: number,
  intervalMs: number,
): Failures {
  const signature = signatureOf(change);
  const count = failures?.signature === signature ? failures.count + 1 : 1;
  return { count, signature, retryAt: now + pauseAfter(count, intervalMs) };
}
