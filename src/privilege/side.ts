import type { CarryOut } from '../apply/apply.ts';
import type { CarriedOut } from '../apply/carry-out.ts';
import type { Settings } from '../apply/work.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Event, Failure } from '../model/report.ts';
import { isCount, isRecord, parseChange } from './parse-change.ts';
import type { Fields, Handler } from './serve.ts';

/** What each side answers: changes that are carried out, and put back when their other part failed. */
export function changeHandlers(
  carryOut: (change: Parameters<CarryOut>[0], emit: (event: Event) => void) => ReturnType<CarryOut>,
): Readonly<Record<'apply' | 'undo', Handler>> {
  const done = new Map<number, NonNullable<CarriedOut['undo']>>();
  let count = 0;
  return {
    async apply({ change: asked }, tell) {
      const change = parseChange(asked);
      if (change === null) throw protocolError('The change that was sent is not one.');
      const { result, changed, diagnostics, verified, undo } = await carryOut(change, (event) => {
        if (event.event === 'action-started') tell({ action: event.action });
      });
      const key = undo === undefined ? null : ++count;
      if (key !== null && undo !== undefined) done.set(key, undo);
      const { outcome, error } = result;
      return { outcome, error, changed, diagnostics, verified, undo: key };
    },
    async undo({ undo: key, cause }) {
      const undo = isCount(key) ? done.get(key) : undefined;
      if (undo === undefined) throw protocolError('There is nothing to be put back.');
      done.delete(key as number);
      const [outcome, error] = await undo(toCause(cause));
      return { outcome, error };
    },
  };
}

function toCause(value: unknown): Failure {
  const { code, message, hint } = isRecord(value) ? value : {};
  return { code: String(code), message: String(message), hint: String(hint) };
}

function protocolError(message: string): ReconcileError {
  return new ReconcileError('side/protocol', message, {
    hint: 'Both sides must be the same version of reconcile. Run reconcile plan to see what is left to do.',
    exitCode: EXIT.failed,
  });
}

/** The first thing that a side is told: what holds for all changes. */
export interface Beginning {
  readonly stack: string;
  readonly settings: Settings;
  readonly lockTimeoutMs: number;
  readonly mayAdopt: boolean;
}

export function readBeginning({
  stack,
  timeoutMs,
  lockTimeoutMs,
  launchctlCommand,
  mayAdopt,
}: Fields): Beginning {
  if (typeof stack !== 'string' || !isCount(timeoutMs) || !isCount(lockTimeoutMs))
    throw protocolError('That is no beginning.');
  return {
    stack,
    settings: {
      timeoutMs,
      // Only ever shown, as a part of commands to type.
      launchctlCommand: typeof launchctlCommand === 'string' ? launchctlCommand : 'launchctl',
    },
    lockTimeoutMs,
    mayAdopt: mayAdopt === true,
  };
}
