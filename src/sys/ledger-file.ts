import { parseLastExit } from '../launchd/last-exit.ts';
import type { Domain } from '../model/domain.ts';
import type { FileIdentity, GaveUp, Ledger, LedgerEntry, Proof } from '../model/ledger.ts';

/** What the text of a ledger file comes to; `why` is the end of a sentence that begins with its path. */
export type LedgerReading =
  | { readonly ok: true; readonly entries: readonly LedgerEntry[] }
  | { readonly ok: false; readonly why: string };

/** One line an entry, so that a person can read and compare it. Ends in a newline. */
export function formatLedger(entries: readonly LedgerEntry[]): string {
  const lines = [...entries].sort(byIdentity).map((entry) => `  ${JSON.stringify(entry)}`);
  const version: Ledger['version'] = 1;
  return `{"version": ${version}, "entries": [\n${lines.join(',\n')}\n]}\n`;
}

/** Reads the text of a ledger file and trusts nothing in it; never throws. */
export function parseLedger(text: string): LedgerReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, why: 'is not JSON' };
  }
  if (!isRecord(value)) return { ok: false, why: 'is not a ledger' };
  if (typeof value['version'] === 'number' && value['version'] > 1) {
    return {
      ok: false,
      why: `was written by a newer reconcile (version ${value['version']}, this one knows 1)`,
    };
  }
  if (value['version'] !== 1 || !Array.isArray(value['entries']))
    return { ok: false, why: 'is not a ledger' };
  const entries: LedgerEntry[] = [];
  for (const [index, item] of value['entries'].entries()) {
    const entry = toEntry(item);
    if (entry === null) return { ok: false, why: `has a damaged entry (number ${index + 1})` };
    entries.push(entry);
  }
  return { ok: true, entries };
}

function byIdentity(a: LedgerEntry, b: LedgerEntry): number {
  return compare(a.label, b.label) || compare(a.domain, b.domain);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toEntry(value: unknown): LedgerEntry | null {
  if (!isRecord(value)) return null;
  const { label, domain, path, instance, stack, source, fileHash, applied, adopted, held, disabled, proof } =
    value;
  const gaveUp = value['gaveUp'] === undefined ? null : toGaveUp(value['gaveUp']);
  if (!isText(label) || !isDomain(domain) || !isText(path) || !path.startsWith('/')) return null;
  if (!isText(instance) || !isText(stack) || !isText(source) || !isText(fileHash)) return null;
  if (!isRecord(applied) || typeof adopted !== 'boolean' || typeof held !== 'boolean') return null;
  if (disabled !== undefined && disabled !== true) return null;
  if (gaveUp === undefined) return null;
  const hashes = toTexts(applied);
  if (hashes === null) return null;
  const read = proof === null ? null : toProof(proof);
  if (read === undefined) return null;
  const triggers = value['triggers'] === undefined ? undefined : toTexts(value['triggers']);
  if (triggers === null) return null;
  return {
    label,
    domain,
    path,
    instance,
    stack,
    source,
    fileHash,
    applied: hashes,
    adopted,
    held,
    ...(gaveUp === null ? {} : { gaveUp }),
    ...(disabled === true ? { disabled } : {}),
    proof: read,
    ...(triggers === undefined ? {} : { triggers }),
  };
}

/** Undefined: that is no such thing. */
export function toGaveUp(value: unknown): GaveUp | undefined {
  if (!isRecord(value)) return undefined;
  const { at, after, within, exits, seconds } = value;
  if (!isText(at) || !isCount(after) || !isCount(within) || !isCount(seconds)) return undefined;
  if (!Array.isArray(exits)) return undefined;
  const read = exits.map(parseLastExit).filter((exit) => exit !== null);
  return read.length === exits.length ? { at, after, within, exits: read, seconds } : undefined;
}

function toTexts(value: unknown): Readonly<Record<string, string>> | null {
  if (!isRecord(value)) return null;
  const texts: Record<string, string> = Object.create(null);
  for (const [key, text] of Object.entries(value)) {
    if (!isText(text)) return null;
    texts[key] = text;
  }
  return texts;
}

function toProof(value: unknown): Proof | undefined {
  if (!isRecord(value)) return undefined;
  const { file, pid } = value;
  const identity = toIdentity(file);
  if (identity === undefined || !(pid === null || isCount(pid))) return undefined;
  return { file: identity, pid };
}

function toIdentity(value: unknown): FileIdentity | undefined {
  if (!isRecord(value)) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs, uid, gid, mode } = value;
  if (!isText(dev) || !isText(ino) || !isText(size) || !isText(mtimeNs) || !isText(ctimeNs)) return undefined;
  if (!isCount(uid) || !isCount(gid) || !isCount(mode)) return undefined;
  return { dev, ino, size, mtimeNs, ctimeNs, uid, gid, mode };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isDomain(value: unknown): value is Domain {
  return typeof value === 'string' && /^(system|(user|gui)\/\d{1,10})$/.test(value);
}
