import { describeLastExit } from '../launchd/last-exit.ts';
import { nameIn } from '../model/agent.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import { leftoverName } from '../model/leftover.ts';
import type { Change, Plan } from '../model/plan.ts';
import { blockChange, IS_CALLER, whyCaller } from '../plan/caller.ts';
import { type LifecycleSubject, planRestart, planStart, planStop } from '../plan/lifecycle.ts';
import { printService } from '../sys/client.ts';
import type { Command, Context } from './context.ts';
import { noteDiagnostics } from './declaration.ts';
import { executePlan } from './execution.ts';
import { callerOf, withoutLeftovers } from './planning.ts';
import { refuseRootsJob } from './sides.ts';
import { type NamedJob, observeNamed } from './subject.ts';
import { openWorld, type World, withLock } from './world.ts';

interface NameArgument {
  readonly name: string;
  readonly detachSelf?: boolean;
  readonly endLeftovers?: boolean;
}

/** What is done, and what is said then. */
interface Deed {
  readonly plan: (subject: LifecycleSubject) => Change;
  readonly tell: (named: NamedJob, context: Context, world: World, change: Change) => Promise<string>;
  /** `--disable`, for the one that does it instead. */
  readonly flags?: readonly string[];
}

export const startJob: Command<NameArgument> = (args, context) =>
  act(args, context, { plan: planStart, tell: tellRunning });

export const restartJob: Command<NameArgument> = (args, context) =>
  act(args, context, { plan: planRestart, tell: tellRunning });

export const stopJob: Command<NameArgument & { readonly disable?: boolean }> = (args, context) => {
  const disable = args.disable ?? false;
  return act(args, context, {
    plan: (subject) => planStop(subject, { disable }),
    tell: async (named) =>
      named.subject.declaredOff
        ? `${called(named)} is stopped, and the file keeps it so: it says \`enabled: false\`.`
        : `${called(named)} is stopped${disable ? ' and disabled' : ''}. It stays down until \`reconcile start ${called(named)}\`.`,
    flags: disable ? ['--disable'] : [],
  });
};

/** Plans one small change, applies it as any other, and tells how the job is now. */
async function act(
  { name, detachSelf, endLeftovers }: NameArgument,
  context: Context,
  deed: Deed,
): Promise<ExitCode> {
  const world = openWorld(context);
  return withLock(context, world, async () => {
    const named = await observeNamed(name, context, world);
    const { subject, stack, job, observed } = named;
    refuseRootsJob(subject, context.command, stack, world);
    const change = await forOurselves(deed.plan(subject), subject, world);
    const detach = detachSelf === true && change.blocked?.code === IS_CALLER;
    if (change.blocked !== null && !detach) {
      const { code, message, hint } = change.blocked;
      throw new ReconcileError(code, message, {
        hint,
        exitCode: code === 'launchd/no-domain' ? EXIT.needsRoot : EXIT.failed,
      });
    }
    const flags = [...(deed.flags ?? []), ...(endLeftovers === true ? ['--end-leftovers'] : [])];
    const again = (label: string): readonly string[] => [context.command, label, ...flags];
    const asked: Plan = { stack, launchd: world.places.launchd, changes: [change], diagnostics: [] };
    const plan = await withoutLeftovers(asked, job === null ? [] : [job], observed, world, endLeftovers);
    noteDiagnostics(context, plan.diagnostics, {});
    noteLeftovers(plan, context);
    const exitCode = await executePlan(plan, {
      context,
      world,
      confirm: null,
      again: `reconcile ${again(called(named)).join(' ')}`,
      quietly: !detach,
      ...(detach ? { detachSelf: again } : {}),
    });
    if (exitCode === EXIT.ok && !context.options.json && !detach)
      context.terminal.out(await deed.tell(named, context, world, change));
    return exitCode;
  });
}

/** No plan is shown before these small changes, and what is removed is told before it is. */
function noteLeftovers({ changes }: Plan, { terminal, options }: Context): void {
  for (const action of changes.flatMap(({ actions }) => actions))
    if (action.action === 'remove-leftover' && !options.json)
      terminal.note(`${leftoverName(action.leftover)}: ${action.said}.`);
}

/** Blocked where it would end the process that does it. */
async function forOurselves(change: Change, subject: LifecycleSubject, world: World): Promise<Change> {
  const { label, domain, service } = subject;
  const observed = { jobs: [{ label, domain, service, disabled: null }] };
  const blocked = whyCaller(change, observed, await callerOf(world, [change]));
  return blocked === null ? change : blockChange(change, blocked);
}

const called = ({ stack, subject }: NamedJob): string => nameIn(stack, subject);

/** How it is now; and that it was enabled, since somebody had disabled it. */
async function tellRunning(
  named: NamedJob,
  context: Context,
  world: World,
  { actions }: Change,
): Promise<string> {
  const how = await tellState(named, context, world);
  const enabled = actions.some(({ action }) => action === 'enable');
  return enabled ? `${how} It was disabled, and is enabled again.` : how;
}

async function tellState(named: NamedJob, { options }: Context, { ports }: World): Promise<string> {
  const { subject } = named;
  const now = await printService(ports.launchctl, subject.domain, subject.label, {
    timeoutMs: options.timeoutMs,
  });
  if (now.state !== 'loaded') return `${called(named)} was started, and is not loaded any more.`;
  const { pid, state, lastExit } = now.service;
  if (pid !== null) return `${called(named)} is running (pid ${pid}).`;
  if (state === 'spawn scheduled')
    return `${called(named)} is loaded; launchd starts it as soon as its throttle allows.`;
  const ended =
    lastExit === null ? 'has no process now' : `ended already, with ${describeLastExit(lastExit)}`;
  return `${called(named)} was started and ${ended}. See \`reconcile status ${called(named)}\`.`;
}
