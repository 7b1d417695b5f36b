import { parseLastExit } from '../launchd/last-exit.ts';
import type { Writer } from '../model/loop.ts';
import type { LastExit } from '../model/service.ts';
import type { Contested, Correction, Failures, JobMemory, LoopState, Track } from './state.ts';

/** As JSON, by target, ready to be written. */
export function formatState(state: LoopState): string {
  const jobs = Object.fromEntries(Object.entries(state.jobs).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ version: state.version, jobs }, null, 1)}\n`;
}

/** Null when it cannot be trusted: the loop then begins with an empty memory, and says so. */
export function parseState(text: string): LoopState | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || value['version'] !== 1 || !isRecord(value['jobs'])) return null;
  const jobs: Record<string, JobMemory> = Object.create(null);
  for (const [target, item] of Object.entries(value['jobs'])) {
    const memory = toMemory(item);
    if (memory === null) return null;
    jobs[target] = memory;
  }
  return { version: 1, jobs: { ...jobs } };
}

function toMemory(value: unknown): JobMemory | null {
  if (!isRecord(value)) return null;
  const corrections = toList(value['corrections'], toCorrection);
  const contested = orNull(value['contested'], toContested);
  const failures = orNull(value['failures'], toFailures);
  const track = orNull(value['track'], toTrack);
  const restarts = toList(value['restarts'] ?? [], (at) => (isTime(at) ? at : null));
  if (corrections === null || contested === undefined || failures === undefined || track === undefined)
    return null;
  return restarts === null ? null : { corrections, contested, failures, track, restarts };
}

function toCorrection(value: unknown): Correction | null {
  if (!isRecord(value) || !isTime(value['at'])) return null;
  const keys = toList(value['keys'], toText);
  return keys === null ? null : { at: value['at'], keys };
}

function toContested(value: unknown): Contested | null {
  if (!isRecord(value) || !isTime(value['since'])) return null;
  const keys = toList(value['keys'], toText);
  const writer = toWriter(value['writer']);
  const declared = toText(value['declared']);
  return keys === null || writer === null || declared === null
    ? null
    : { since: value['since'], keys, declared, writer };
}

function toWriter(value: unknown): Writer | null {
  if (!isRecord(value)) return null;
  const name = orNull(value['name'], toText);
  const writtenAt = orNull(value['writtenAt'], (at) => (isTime(at) ? at : null));
  return name === undefined || writtenAt === undefined ? null : { name, writtenAt };
}

function toFailures(value: unknown): Failures | null {
  if (!isRecord(value)) return null;
  const { count, retryAt, signature } = value;
  return isTime(count) && isTime(retryAt) && typeof signature === 'string'
    ? { count, retryAt, signature }
    : null;
}

function toTrack(value: unknown): Track | null {
  if (!isRecord(value)) return null;
  const { ended, pid, told } = value;
  const bad = toList(value['bad'], toBadEnd);
  const definition = orNull(value['definition'] ?? null, toText);
  if (bad === null || definition === undefined || typeof told !== 'boolean') return null;
  if (!(ended === null || isTime(ended)) || !(pid === null || isTime(pid))) return null;
  return { definition, ended, countedAt: null, pid, bad, told, others: [], toldOften: false };
}

function toBadEnd(value: unknown): { readonly at: number; readonly exit: LastExit } | null {
  if (!isRecord(value) || !isTime(value['at'])) return null;
  const exit = parseLastExit(value['exit']);
  return exit === null ? null : { at: value['at'], exit };
}

const toText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function toList<T>(value: unknown, convert: (item: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value)) return null;
  const items = value.map(convert).filter((item) => item !== null);
  return items.length === value.length ? items : null;
}

/** Undefined: neither null nor what is expected. */
function orNull<T>(value: unknown, convert: (item: unknown) => T | null): T | null | undefined {
  return value === null ? null : (convert(value) ?? undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
