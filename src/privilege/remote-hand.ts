import type { CarriedOut } from '../apply/carry-out.ts';
import { parseDomain } from '../launchd/domains.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { ReconcileError } from '../model/errors.ts';
import { leftoverName } from '../model/leftover.ts';
import type { ActionName, Change } from '../model/plan.ts';
import type { Event, Failure, Outcome } from '../model/report.ts';
import type { Clock } from '../sys/ports.ts';
import type { Hand } from './both-sides.ts';
import { type Connection, plain } from './connect.ts';
import { formatChange, isCount, isRecord } from './parse-change.ts';

/**
 * A hand that is another process: the change goes out as data, and what came of it comes back. Its words are put into
 * the report, and it is believed for nothing else: which job they are about, we know ourselves.
 */
export function remoteHand(connection: Connection, clock: Clock, emit: (event: Event) => void): Hand {
  return async (change) => {
    try {
      const answer = await connection.ask('apply', { change: formatChange(change) }, (event) => {
        const action = isRecord(event) ? event['action'] : undefined;
        const isOfChange = change.actions.some((each) => each.action === action);
        if (!isOfChange) return;
        const { label, domain } = change;
        emit({ event: 'action-started', label, domain, action: action as ActionName });
      });
      return readAnswer(answer, change, connection, clock);
    } catch (error) {
      return noAnswer(change, error);
    }
  };
}

const OUTCOMES: readonly Outcome[] = [
  'applied',
  'unchanged',
  'failed',
  'rolled-back',
  'rollback-failed',
  'deferred',
];

function readAnswer(answer: unknown, change: Change, connection: Connection, clock: Clock): CarriedOut {
  const { outcome, error, gone, changed, diagnostics, verified, undo } = isRecord(answer) ? answer : {};
  const { instance, label, domain } = change;
  if (!OUTCOMES.includes(outcome as Outcome)) return noAnswer(change, new Error('it could not be read'));
  const names = change.actions.flatMap((each) =>
    each.action === 'remove-leftover' ? [leftoverName(each.leftover)] : [],
  );
  const known = Array.isArray(gone) ? names.filter((name) => gone.includes(name)) : [];
  return {
    result: {
      instance,
      label,
      domain,
      outcome: outcome as Outcome,
      error: toFailure(error),
      ...(known.length === 0 ? {} : { gone: known }),
    },
    changed: changed === true,
    diagnostics: Array.isArray(diagnostics) ? diagnostics.flatMap(toDiagnostic) : [],
    verified: Array.isArray(verified) ? verified.flatMap((each) => toVerified(each, clock)) : [],
    ...(isCount(undo) ? { undo: (cause: Failure) => askUndo(connection, undo, cause) } : {}),
  };
}

async function askUndo(connection: Connection, undo: number, cause: Failure): Promise<[Outcome, Failure]> {
  const answer = await connection.ask('undo', { undo, cause }).catch((error: Error) => ({
    outcome: 'rollback-failed',
    error: {
      ...cause,
      message: `${cause.message} The former state could not be put back: ${error.message}.`,
    },
  }));
  const { outcome, error } = isRecord(answer) ? answer : {};
  return [
    outcome === 'rolled-back' || outcome === 'failed' ? outcome : 'rollback-failed',
    toFailure(error) ?? cause,
  ];
}

function noAnswer({ instance, label, domain }: Change, error: unknown): CarriedOut {
  const { message } = error as Error;
  const failure: Failure =
    error instanceof ReconcileError && error.code !== 'side/ended'
      ? { code: error.code, message, hint: error.hint ?? '' }
      : {
          code: 'side/ended',
          message: `The process that was to do this gave no answer: ${message}`,
          hint: 'Run reconcile plan to see what is left to do, then apply again.',
        };
  return {
    result: { instance, label, domain, outcome: 'failed', error: failure },
    changed: false,
    diagnostics: [],
    verified: [],
  };
}

function toFailure(value: unknown): Failure | null {
  if (!isRecord(value)) return null;
  return { code: plain(value['code']), message: plain(value['message']), hint: plain(value['hint']) };
}

function toDiagnostic(value: unknown): readonly Diagnostic[] {
  if (!isRecord(value)) return [];
  const { code, message, hint } = value;
  return [
    {
      code: plain(code),
      severity: 'warning',
      message: plain(message),
      file: null,
      line: null,
      column: null,
      ...(typeof hint === 'string' ? { hint: plain(hint) } : {}),
    },
  ];
}

function toVerified(value: unknown, clock: Clock): CarriedOut['verified'] {
  if (!isRecord(value) || typeof value['domain'] !== 'string' || typeof value['label'] !== 'string')
    return [];
  const { label, pid, starts, endedBefore } = value;
  const domain = parseDomain(value['domain']);
  if (domain === null || !(pid === null || isCount(pid)) || typeof starts !== 'boolean') return [];
  const ended = isCount(endedBefore) ? endedBefore : null;
  return [{ domain, label: plain(label), pid, starts, endedBefore: ended, at: clock.now() }];
}
