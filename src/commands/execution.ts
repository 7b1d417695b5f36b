import { applyPlan } from '../apply/apply.ts';
import { EXIT, type ExitCode } from '../model/errors.ts';
import type { Change, Plan } from '../model/plan.ts';
import type { Event, Report, Result } from '../model/report.ts';
import { IS_CALLER } from '../plan/caller.ts';
import { reportToJson } from '../report/apply-json.ts';
import { renderReport } from '../report/apply-text.ts';
import { happeningOf } from '../report/happening.ts';
import { renderPlan } from '../report/plan-text.ts';
import { EMBEDDED_LOGIN, launchctlCommand } from '../sys/places.ts';
import { mayGoOn, type Unanswered } from './confirm.ts';
import type { Context } from './context.ts';
import { noteDiagnostics } from './declaration.ts';
import { handOver } from './detach.ts';
import { formatDocument } from './document.ts';
import { explainFailure } from './failure.ts';
import { openHands } from './hands.ts';
import { askHealthOf } from './health.ts';
import { tellLoop } from './loop-files.ts';
import { isPending } from './planning.ts';
import { showProgress } from './progress.ts';
import type { World } from './world.ts';

export interface Execution {
  readonly context: Context;
  readonly world: World;
  /** The question to ask first; null: ask nothing. */
  readonly confirm: string | null;
  /** The caller tells success in its own words; failures are still told here. */
  readonly quietly?: boolean;
  readonly failFast?: boolean;
  readonly parallelism?: number;
  /** False with `--no-sudo`. Unset: never asked for. */
  readonly sudo?: boolean;
  /**
   * `--detach-self`: the command, without its common options, by which a detached process does the change of the job that
   * we run in.
   */
  readonly detachSelf?: (label: string) => readonly string[];
  /** How a person runs the same again; default: the command as it is, without arguments. */
  readonly again?: string;
  /** Why jobs go, in words; default: that they are no longer declared. */
  readonly removed?: string;
  /** `--adopt`. */
  readonly adopt?: boolean;
}

/** Shows a plan, asks, applies it and reports: the one way in which anything is changed. Gives the exit code. */
export async function executePlan(asked: Plan, execution: Execution): Promise<ExitCode> {
  const { context, world, confirm } = execution;
  const { terminal, options } = context;
  const began = Date.now();
  const detach = execution.detachSelf;
  const isCaller = ({ blocked }: Change): boolean => detach !== undefined && blocked?.code === IS_CALLER;
  if (confirm !== null && !options.json) {
    // What is handed over is not blocked any more.
    const changes = asked.changes.map((each) => (isCaller(each) ? { ...each, blocked: null } : each));
    terminal.out(renderPlan({ ...asked, changes }, terminal.style, execution.removed));
  }
  const doable = asked.changes.some((change) => canBegin(change, execution) || isCaller(change));
  if (doable && confirm !== null) {
    let goesOn: boolean;
    try {
      goesOn = await mayGoOn(confirm, context, whenUnanswered(context.command, execution.again));
    } catch (error) {
      if (!options.json) throw error;
      return tellPending(asked, error, context);
    }
    if (!goesOn) {
      terminal.note('Nothing was changed.');
      return context.signal.aborted ? EXIT.interrupted : EXIT.failed;
    }
  }
  const progress = showProgress(context);
  const settings = {
    timeoutMs: options.timeoutMs,
    launchctlCommand: launchctlCommand(world.places),
    ...(world.places.launchd === 'embedded' ? { loginCommand: EMBEDDED_LOGIN } : {}),
  };
  const again = execution.again ?? `reconcile ${context.command}`;
  const hands = await openHands(withoutCallers(asked, isCaller), {
    context,
    world,
    settings,
    mayAdopt: execution.adopt ?? false,
    sudo: execution.sudo ?? false,
    emit: progress.emit,
  });
  const tell = teller(hands.plan, execution);
  const emit = (event: Event): void => {
    progress.emit(event);
    tell(event);
  };
  const applied = await applyPlan(hands.plan, world.ports, emit, {
    signal: context.signal,
    again,
    ...settings,
    failFast: execution.failFast ?? false,
    askHealth: askHealthOf(world),
    ...(hands.elsewhere === undefined ? {} : { elsewhere: hands.elsewhere }),
    ...(execution.parallelism === undefined ? {} : { parallelism: execution.parallelism }),
  }).finally(() => hands.end());
  progress.end();
  const { plan, report } = await detachCallers(asked, hands.plan, applied, isCaller, execution);
  const exitCode = exitCodeOf(report, plan);
  await tellLoop(world, plan, report, began);
  noteDiagnostics(context, report.diagnostics, {});
  if (options.json)
    terminal.out(formatDocument(reportToJson(plan, report, { command: context.command, exitCode })));
  else if (isPending(plan) && !(execution.quietly === true && exitCode === EXIT.ok))
    terminal.out(renderReport(plan, report, terminal.style));
  // That there is nothing to do is said once: with the plan, where that was shown.
  else if (confirm === null && execution.quietly !== true) terminal.out(renderPlan(plan, terminal.style));
  return exitCode;
}

/** Nobody could be asked: the document holds what is pending, as the text shows it. */
function tellPending(plan: Plan, error: unknown, { command, terminal }: Context): ExitCode {
  const { diagnostics, exitCode } = explainFailure(error);
  const report = { changed: false, results: [], diagnostics, interrupted: false };
  terminal.out(formatDocument(reportToJson(plan, report, { command, exitCode })));
  return exitCode;
}

/** Every end of a change goes into the history as it comes, so that a run that is killed has told what it did. */
function teller(plan: Plan, { world, removed }: Execution): (event: Event) => void {
  const changes = new Map(plan.changes.map((change) => [`${change.domain}/${change.label}`, change]));
  return (event) => {
    if (event.event !== 'change-finished') return;
    const change = changes.get(`${event.domain}/${event.label}`);
    const happening = change === undefined ? null : happeningOf(change, event.result, plan.stack, removed);
    if (happening !== null) world.history.add(happening);
  };
}

function withoutCallers(plan: Plan, isCaller: (change: Change) => boolean): Plan {
  return { ...plan, changes: plan.changes.filter((change) => !isCaller(change)) };
}

/** The jobs that we run in come last: they are handed over once everything else is done. */
async function detachCallers(
  asked: Plan,
  done: Plan,
  report: Report,
  isCaller: (change: Change) => boolean,
  { context, world, detachSelf }: Execution,
): Promise<{ readonly plan: Plan; readonly report: Report }> {
  if (detachSelf === undefined || report.interrupted || !asked.changes.some(isCaller))
    return { plan: done, report };
  const rest = new Map(done.changes.map((change, index) => [change.label + change.domain, index]));
  const changes: Change[] = [];
  const results: Result[] = [];
  for (const change of asked.changes) {
    const index = rest.get(change.label + change.domain);
    const [known, result] = index === undefined ? [] : [done.changes[index], report.results[index]];
    if (known !== undefined && result !== undefined) {
      changes.push(known);
      results.push(result);
      continue;
    }
    const { instance, label, domain } = change;
    const log = await handOver(label, detachSelf(label), context, world);
    changes.push({ ...change, blocked: null });
    const error = {
      code: 'job/detached',
      message: toldDetached(label, log),
      hint: `See what came of it: cat '${log}'`,
    };
    results.push({ instance, label, domain, outcome: 'deferred', error });
  }
  return { plan: { ...done, changes }, report: { ...report, results } };
}

export function toldDetached(label: string, log: string): string {
  return `reconcile runs inside ${label}, so a detached process does this once this command has ended; its words go to ${log}.`;
}

/** Whether there is anything to ask about: what is only left for later needs no yes. */
function canBegin({ actions, deferred }: Change, { sudo }: Execution): boolean {
  return actions.length > 0 && (deferred !== 'needs-root' || sudo === true);
}

/** @param again the command, where its plan is not that of `reconcile plan` */
function whenUnanswered(command: string, again: string | undefined): Unanswered {
  return {
    message: 'Changes are pending, and there is no terminal to ask on.',
    hint:
      command === 'destroy'
        ? 'To take all jobs of this stack away without being asked, run `reconcile destroy --yes`.'
        : again !== undefined
          ? `To do this without being asked, run \`${again.replace(/(?= -- |$)/, ' --yes')}\`.`
          : `Look at them with \`reconcile plan\`, then run \`reconcile ${command} --yes\`.`,
  };
}

/** Interface §3 and §7: the first that applies of 130, 4, 3, 1, 77, 0. */
export function exitCodeOf(report: Report, plan: Plan): ExitCode {
  const outcomes = new Set(report.results.map(({ outcome }) => outcome));
  const isBlocked = plan.changes.some(({ blocked }) => blocked !== null);
  const wentWrong =
    isBlocked || outcomes.has('failed') || outcomes.has('rolled-back') || outcomes.has('skipped');
  if (report.interrupted) return EXIT.interrupted;
  if (outcomes.has('rollback-failed')) return EXIT.down;
  if (wentWrong) return outcomes.has('applied') ? EXIT.partial : EXIT.failed;
  const waits = report.results.some(
    ({ outcome, error }) => outcome === 'deferred' && error?.code !== 'job/detached',
  );
  return waits ? EXIT.needsRoot : EXIT.ok;
}
