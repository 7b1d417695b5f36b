import { gaveUpWords } from '../launchd/last-exit.ts';
import type { ActionName, Change, Deferral, Op, Reason } from '../model/plan.ts';
import { printable } from './printable.ts';
import { type Paint, paint, type Style } from './style.ts';

const PLAIN: Style = { color: false, unicode: true };

interface Symbol {
  readonly unicode: string;
  readonly ascii: string;
  readonly color: Paint;
}

const SYMBOLS: Readonly<Record<Op, Symbol>> = {
  create: { unicode: '+', ascii: '+', color: 'green' },
  update: { unicode: '~', ascii: '~', color: 'yellow' },
  load: { unicode: '>', ascii: '>', color: 'cyan' },
  reload: { unicode: '↻', ascii: 'r', color: 'yellow' },
  adopt: { unicode: '=', ascii: '=', color: 'blue' },
  move: { unicode: '→', ascii: 'm', color: 'blue' },
  delete: { unicode: '-', ascii: '-', color: 'red' },
  noop: { unicode: '!', ascii: '!', color: 'magenta' },
};

/** There, the same as declared, and not ours: nothing is in the way of `--adopt`, and nothing would change by it. */
export function isAsDeclared({ op, blocked, fields, reasons }: Change): boolean {
  const isForeignAlone = reasons.every((reason) => reason === 'foreign');
  return op === 'adopt' && blocked?.code === 'job/foreign' && fields.length === 0 && isForeignAlone;
}

/** The sign of a change (interface §4): `!` for what is blocked, was changed outside or is left alone for a reason. */
export function changeSymbol(change: Change, style: Style): string {
  const isBlocked = change.blocked !== null && !isAsDeclared(change);
  const outside = isBlocked || change.reasons.includes('drifted');
  return opSymbol(outside ? 'noop' : change.op, style);
}

/** The same for what was done, whatever the reason was. */
export function opSymbol(op: Op, style: Style): string {
  const symbol = SYMBOLS[op];
  return paint(style, symbol.color, style.unicode ? symbol.unicode : symbol.ascii);
}

/** `k3s  local.k3s  (gui/501)`; without a known instance, the label alone. */
export function changeName(
  change: { readonly instance: string | null; readonly label: string; readonly domain: string },
  style: Style,
): string {
  const instance =
    change.instance === null ? '' : `${paint(style, 'bold', printable(change.instance, style))}  `;
  return `${instance}${printable(change.label, style)}  (${change.domain})`;
}

/** Why, and what it means for the process: `the declaration changed; will restart`. */
export function changeReason(change: Change, removed?: string): string {
  const reasons = change.reasons.filter((reason) => !isImplied(reason, change.reasons));
  const why = reasons.map((reason) => reasonWords(reason, change, removed)).join(', ');
  const parts = [isAsDeclared(change) ? `as declared, ${why}` : why];
  if (change.blocked === null) {
    if (change.restarts) parts.push('will restart');
    if (change.starts) parts.push('will start');
    if (change.deferred !== null) parts.push(deferralWords(change.deferred));
  }
  return parts.filter((part) => part !== '').join('; ');
}

/** What belongs to another stack is managed, but not by this one. */
function isImplied(reason: Reason, reasons: readonly Reason[]): boolean {
  return reason === 'foreign' && reasons.includes('other-stack');
}

export function deferralWords(deferral: Deferral): string {
  switch (deferral) {
    case 'needs-root':
      return 'needs root';
    case 'no-domain':
      return 'loading waits for a login session';
  }
}

function reasonWords(reason: Reason, change: Change, removed = 'no longer declared'): string {
  const acts = (name: ActionName) => change.actions.some((action) => action.action === name);
  switch (reason) {
    case 'missing':
      return change.op === 'update' ? 'its plist is missing' : 'not there yet';
    case 'changed':
      return 'the declaration changed';
    case 'drifted':
      return 'the plist was changed outside of reconcile';
    case 'stale':
      return 'launchd still holds another definition';
    case 'not-loaded':
      return 'not loaded';
    case 'wrong-domain':
      return 'loaded into another domain';
    case 'disabled':
      return change.op === 'noop' ? 'disabled, and left so' : 'disabled';
    case 'enabled':
      if (acts('disable')) return 'declared disabled';
      return acts('enable') ? 'disabled now, to be enabled again' : 'enabled or disabled unlike declared';
    case 'duplicate':
      return 'another plist has the same label';
    case 'removed':
      return change.op === 'noop' ? 'no longer declared, but kept' : removed;
    case 'renamed':
      return 'renamed';
    case 'foreign':
      return 'not managed by reconcile yet';
    case 'other-stack':
      return change.blocked === null ? 'taken over from another file' : 'belongs to another stack';
    case 'unknown':
      return 'what launchd holds could not be read';
    case 'held':
      return change.gaveUp === undefined ? 'stopped by hand and held' : `${gaveUpWords(change.gaveUp)}; held`;
    case 'excluded':
      return 'not meant for this host';
    case 'mode':
      return 'the mode of its plist differs';
    case 'trigger':
      return `${(change.changedFiles ?? ['a file that it depends on']).map((path) => printable(path, PLAIN)).join(', ')} changed`;
    case 'leftover':
      return 'a leftover of a dead run is in its way';
    case 'replaced':
      // Asked for by --replace, or needed since a run was killed half-way: the plan says that in a warning.
      return 'to be loaded anew';
  }
}
