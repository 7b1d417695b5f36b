import { parseDomain } from '../launchd/domains.ts';
import type { Former, FormerFile, FormerService, Intent, Unfinished } from '../model/journal.ts';
import type { GaveUp } from '../model/ledger.ts';
import { toGaveUp } from './ledger-file.ts';

/** The process that wrote an entry: a pid is used again some day, its start is not. */
export interface Maker {
  readonly pid: number;
  /** Null: the system did not tell. */
  readonly start: string | null;
}

/** What the text of a journal file comes to; `why` is the end of a sentence that begins with its path. */
export type JournalReading =
  | { readonly ok: true; readonly maker: Maker; readonly change: Unfinished }
  | { readonly ok: false; readonly why: string };

export function formatJournal(maker: Maker, change: Unfinished): string {
  return `${JSON.stringify({ version: 1, maker, change })}\n`;
}

/** Reads the text of a journal file and trusts nothing in it; never throws. */
export function parseJournal(text: string): JournalReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, why: 'is not JSON' };
  }
  if (isRecord(value) && typeof value['version'] === 'number' && value['version'] > 1)
    return {
      ok: false,
      why: `was written by a newer reconcile (version ${value['version']}, this one knows 1)`,
    };
  if (!isRecord(value) || value['version'] !== 1) return { ok: false, why: 'is not a journal' };
  const maker = toMaker(value['maker']);
  const change = toChange(value['change']);
  return maker === null || change === null ? { ok: false, why: 'is damaged' } : { ok: true, maker, change };
}

function toMaker(value: unknown): Maker | null {
  if (!isRecord(value)) return null;
  const { pid, start } = value;
  return isCount(pid) && (start === null || typeof start === 'string') ? { pid, start } : null;
}

function toChange(value: unknown): Unfinished | null {
  if (!isRecord(value)) return null;
  const { stack, label, domain: domainText, plist } = value;
  const domain = typeof domainText === 'string' ? parseDomain(domainText) : null;
  const former = toFormer(value['former']);
  const intent = toIntent(value['intent']);
  if (typeof stack !== 'string' || typeof label !== 'string' || label === '' || domain === null) return null;
  if (!isPath(plist) || former === null || intent === null) return null;
  return { stack, label, domain, plist, former, intent };
}

function toFormer(value: unknown): Former | null {
  if (!isRecord(value)) return null;
  const files = toMap(value['files'], toFile);
  const services = toMap(value['services'], toService);
  const disabled = toMap(value['disabled'], (each) => (typeof each === 'boolean' ? each : undefined));
  return files === null || services === null || disabled === null ? null : { files, services, disabled };
}

function toFile(value: unknown): FormerFile | undefined {
  if (value === null) return null;
  if (!isRecord(value)) return undefined;
  const { base64, hash, mode } = value;
  if (typeof base64 !== 'string' || !isHash(hash) || !isCount(mode) || mode > 0o7777) return undefined;
  return { base64, hash, mode };
}

function toService(value: unknown): FormerService | undefined {
  if (!isRecord(value)) return undefined;
  const { state, path, submitted, pid, exitTimeout, minimumRuntime } = value;
  if (state === 'not-loaded' || state === 'no-domain') return { state };
  if (state !== 'loaded' || typeof submitted !== 'boolean') return undefined;
  if (path !== null && typeof path !== 'string') return undefined;
  if (!isCountOrNull(pid) || !isCountOrNull(exitTimeout) || !isCountOrNull(minimumRuntime)) return undefined;
  return { state, path, submitted, pid, exitTimeout, minimumRuntime };
}

function toIntent(value: unknown): Intent | null {
  if (!isRecord(value)) return null;
  const files = toMap(value['files'], (each) => (each === null || isHash(each) ? each : undefined));
  const loads = toMap(value['loads'], (each) => (isPath(each) ? each : undefined));
  const { modes, overrides, out } = value;
  if (files === null || loads === null || !isTexts(modes) || !isTexts(overrides) || !isTexts(out))
    return null;
  const holds = value['holds'] === undefined ? {} : toMap(value['holds'], toHold);
  if (holds === null) return null;
  return { files, modes, overrides, out, loads, ...(Object.keys(holds).length === 0 ? {} : { holds }) };
}

function toHold(value: unknown): GaveUp | null | undefined {
  return value === null ? null : toGaveUp(value);
}

function toMap<T>(value: unknown, read: (each: unknown) => T | undefined): Record<string, T> | null {
  if (!isRecord(value)) return null;
  const map: Record<string, T> = Object.create(null);
  for (const [key, each] of Object.entries(value)) {
    const item = read(each);
    if (item === undefined) return null;
    map[key] = item;
  }
  return map;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('/');
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCountOrNull(value: unknown): value is number | null {
  return value === null || isCount(value);
}
