import { parseDomain } from '../launchd/domains.ts';
import type { Domain } from '../model/domain.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Leftover } from '../model/leftover.ts';
import type { Action, ActionName, Change, Op } from '../model/plan.ts';
import { parseLedger } from '../sys/ledger-file.ts';

/** Text from another process, and nothing in it is believed before it was looked at. Null: not what was agreed upon. */
export function parseChange(value: unknown): Change | null {
  if (!isRecord(value)) return null;
  const { instance, label, domain, op, plist, waits, actions } = value;
  const into = parseDomainOf(domain);
  if (!(instance === null || typeof instance === 'string') || typeof label !== 'string') return null;
  if (into === null || !isOp(op) || !isPath(plist) || !Array.isArray(actions)) return null;
  const read = actions.map(parseAction);
  if (read.some((action) => action === null)) return null;
  return {
    instance,
    label,
    domain: into,
    op,
    plist,
    actions: read.filter((action) => action !== null),
    deferred: waits === true ? 'no-domain' : null,
    reasons: [],
    restarts: false,
    starts: false,
    blocked: null,
    fields: [],
    after: [],
    stopTimeout: null,
  };
}

/** What the other side needs of a change; values that are only for people to read stay here. */
export function formatChange({ instance, label, domain, op, plist, actions, deferred }: Change): unknown {
  return { instance, label, domain, op, plist, actions, waits: deferred === 'no-domain' };
}

/** The closed list of what may be asked, and what each asks with. */
const ACTIONS: {
  readonly [Name in Exclude<ActionName, 'await-healthy'>]: (fields: Fields) => Action | null;
} = {
  'make-folder': ({ path, mode }) =>
    isPath(path) && isMode(mode) ? { action: 'make-folder', path, mode } : null,
  'write-plist': ({ path, content, mode, expect }) =>
    isPath(path) && typeof content === 'string' && isMode(mode) && isHash(expect)
      ? { action: 'write-plist', path, content, mode, expect }
      : null,
  'set-mode': ({ path, mode }) => (isPath(path) && isMode(mode) ? { action: 'set-mode', path, mode } : null),
  'remove-plist': ({ path, expect }) =>
    isPath(path) && isHash(expect) ? { action: 'remove-plist', path, expect } : null,
  enable: (fields) => withTarget(fields, (target) => ({ action: 'enable', ...target })),
  disable: (fields) => withTarget(fields, (target) => ({ action: 'disable', ...target })),
  bootout: (fields) => withTarget(fields, (target) => ({ action: 'bootout', ...target })),
  'await-gone': (fields) =>
    withTarget(fields, (target) => {
      const { pid, exitTimeout } = fields;
      if (!(pid === null || isCount(pid)) || !isCount(exitTimeout)) return null;
      return { action: 'await-gone', ...target, pid, exitTimeout };
    }),
  bootstrap: (fields) =>
    withTarget(fields, (target) =>
      isPath(fields['path']) ? { action: 'bootstrap', ...target, path: fields['path'] } : null,
    ),
  'await-loaded': (fields) =>
    withTarget(fields, (target) =>
      typeof fields['starts'] === 'boolean'
        ? { action: 'await-loaded', ...target, starts: fields['starts'] }
        : null,
    ),
  kickstart: (fields) =>
    withTarget(fields, (target) =>
      typeof fields['kill'] === 'boolean' ? { action: 'kickstart', ...target, kill: fields['kill'] } : null,
    ),
  'remove-leftover': (fields) =>
    withTarget(fields, (target) => {
      const leftover = parseLeftover(fields['leftover']);
      return leftover === null ? null : { action: 'remove-leftover', ...target, leftover, said: '' };
    }),
  record: ({ entry }) => {
    const read = parseEntry(entry);
    return read === null ? null : { action: 'record', entry: read };
  },
  forget: (fields) =>
    withTarget(fields, (target) => {
      const { path } = fields;
      if (path === undefined) return { action: 'forget', ...target };
      return isPath(path) ? { action: 'forget', ...target, path } : null;
    }),
};

function parseLeftover(value: unknown): Leftover | null {
  if (!isRecord(value)) return null;
  const { kind, path, uid, program, pid, start, holds } = value;
  if (kind === 'process')
    return isCount(pid) && typeof start === 'string' && typeof holds === 'string'
      ? { kind, pid, start, holds }
      : null;
  if (kind !== 'socket' && kind !== 'pid-file') return null;
  if (!isPath(path) || !(uid === null || isCount(uid)) || !(program === null || isPath(program))) return null;
  return { kind, path, uid, program };
}

type Fields = Readonly<Record<string, unknown>>;

function parseAction(value: unknown): Action | null {
  if (!isRecord(value)) return null;
  const name = value['action'];
  if (typeof name !== 'string' || !Object.hasOwn(ACTIONS, name)) return null;
  return ACTIONS[name as keyof typeof ACTIONS](value);
}

function withTarget(
  { domain, label }: Fields,
  make: (target: { readonly domain: Domain; readonly label: string }) => Action | null,
): Action | null {
  const into = parseDomainOf(domain);
  return into === null || typeof label !== 'string' ? null : make({ domain: into, label });
}

function parseEntry(value: unknown): LedgerEntry | null {
  const reading = parseLedger(JSON.stringify({ version: 1, entries: [value] }));
  return reading.ok ? (reading.entries[0] ?? null) : null;
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseDomainOf(value: unknown): Domain | null {
  return typeof value === 'string' ? parseDomain(value) : null;
}

const OPS: readonly Op[] = ['create', 'update', 'reload', 'load', 'delete', 'adopt', 'move', 'noop'];

function isOp(value: unknown): value is Op {
  return OPS.includes(value as Op);
}

/** Absolute, and spelt in the one way that has no detours. */
function isPath(value: unknown): value is string {
  if (typeof value !== 'string' || value.includes('\0')) return false;
  return value === '/' || /^(\/(?!\.{1,2}(\/|$))[^/]+)+$/.test(value);
}

function isMode(value: unknown): value is number {
  return isCount(value) && value <= 0o777;
}

function isHash(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
