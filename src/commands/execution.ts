import { applyPlan } from '../apply/apply.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { reportToJson } from '../report/apply-json.ts';
import { renderReport } from '../report/apply-text.ts';
import { renderPlan } from '../report/plan-text.ts';
import { launchctlCommand } from '../sys/places.ts';
import type { Context } from './context.ts';
import { noteDiagnostics } from './declaration.ts';
import { formatDocument } from './document.ts';
import { openHands } from './hands.ts';
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
  /** `--adopt`. */
  readonly adopt?: boolean;
}

/** Shows a plan, asks, applies it and reports: the one way in which anything is changed. Gives the exit code. */
export async function executePlan(asked: Plan, execution: Execution): Promise<ExitCode> {
  const { context, world, confirm } = execution;
  const { terminal, options } = context;
  if (confirm !== null && !options.json) terminal.out(renderPlan(asked, terminal.style));
  const doable = asked.changes.some(({ actions }) => actions.length > 0);
  if (doable && confirm !== null && !(await mayGoOn(confirm, context))) {
    terminal.note('Nothing was changed.');
    return context.signal.aborted ? EXIT.interrupted : EXIT.failed;
  }
  const progress = showProgress(context);
  const settings = { timeoutMs: options.timeoutMs, launchctlCommand: launchctlCommand(world.places) };
  const hands = await openHands(asked, {
    context,
    world,
    settings,
    mayAdopt: execution.adopt ?? false,
    sudo: execution.sudo ?? false,
    emit: progress.emit,
  });
  const { plan } = hands;
  const report = await applyPlan(plan, world.ports, progress.emit, {
    signal: context.signal,
    ...settings,
    failFast: execution.failFast ?? false,
    ...(hands.elsewhere === undefined ? {} : { elsewhere: hands.elsewhere }),
    ...(execution.parallelism === undefined ? {} : { parallelism: execution.parallelism }),
  }).finally(() => hands.end());
  progress.end();
  const exitCode = exitCodeOf(report, plan);
  noteDiagnostics(context, report.diagnostics, {});
  if (options.json)
    terminal.out(formatDocument(reportToJson(plan, report, { command: context.command, exitCode })));
  else if (isPending(plan) && !(execution.quietly === true && exitCode === EXIT.ok))
    terminal.out(renderReport(plan, report, terminal.style));
  return exitCode;
}

/** `--yes`, a saved plan, or a person who says so. */
async function mayGoOn(question: string, { command, terminal, options, env }: Context): Promise<boolean> {
  if (options.yes || !['', '0', 'false', undefined].includes(env['RECONCILE_YES'])) return true;
  if (terminal.interactive && !options.json) return terminal.ask(question);
  throw new ReconcileError(
    'confirm/no-terminal',
    'Changes are pending, and there is no terminal to ask on.',
    {
      hint: `Look at them with \`reconcile plan\`, then run \`reconcile ${command} --yes\`.`,
      exitCode: EXIT.usage,
    },
  );
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
  return outcomes.has('deferred') ? EXIT.needsRoot : EXIT.ok;
}
