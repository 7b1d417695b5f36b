import type { Diagnostic } from '../model/diagnostic.ts';
import type { Blocked, Deferral, Op, Reason } from '../model/plan.ts';

/** What is to be done about one job: decided in steps, each of which takes a decision and gives the next. */
export interface Decision {
  readonly op: Op;
  readonly reasons: readonly Reason[];
  /** `write` the plist, or only `record` the job as ours, or as held (`hold`), or `forget` that it was, or nothing. */
  readonly file: 'write' | 'record' | 'hold' | 'forget' | 'none';
  /** `restart`: what is loaded is started anew; no file is read again. */
  readonly launchd: 'load' | 'reload' | 'restart' | 'unload' | 'leave';
  readonly override: 'enable' | 'disable' | 'leave';
  /** New mode of a plist that is not written; null: it stays. */
  readonly mode: number | null;
  readonly blocked: Blocked | null;
  readonly deferred: Deferral | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Files that triggered it. */
  readonly changedFiles?: readonly string[];
  /** Files that it reads at its start and could not read now: no trigger restarts it before they are back. */
  readonly waitsFor?: readonly string[];
}

/** With further reasons, each once. */
export function because(decision: Decision, ...reasons: readonly Reason[]): Decision {
  return { ...decision, reasons: [...new Set([...decision.reasons, ...reasons])] };
}

/** The first block stands: it is what must be solved first. */
export function block(decision: Decision, blocked: Blocked, ...reasons: readonly Reason[]): Decision {
  return { ...because(decision, ...reasons), blocked: decision.blocked ?? blocked, deferred: null };
}

/** Something is to be done after all: a noop becomes an update that is recorded. */
export function touch(decision: Decision, ...reasons: readonly Reason[]): Decision {
  const touched = because(decision, ...reasons);
  return {
    ...touched,
    op: touched.op === 'noop' ? 'update' : touched.op,
    file: touched.file === 'none' ? 'record' : touched.file,
  };
}
