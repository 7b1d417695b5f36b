import { describeLastExit } from '../launchd/last-exit.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import type { Change } from '../model/plan.ts';
import { type LifecycleSubject, planRestart, planStart, planStop } from '../plan/lifecycle.ts';
import { printService } from '../sys/client.ts';
import type { Command, Context } from './context.ts';
import { executePlan } from './execution.ts';
import { refuseRootsJob } from './sides.ts';
import { observeNamed } from './subject.ts';
import { openWorld, type World, withLock } from './world.ts';

interface NameArgument {
  readonly name: string;
}

export const startJob: Command<NameArgument> = ({ name }, context) =>
  act(name, context, planStart, tellRunning);

export const restartJob: Command<NameArgument> = ({ name }, context) =>
  act(name, context, planRestart, tellRunning);

export const stopJob: Command<NameArgument & { readonly disable?: boolean }> = ({ name, disable }, context) =>
  act(
    name,
    context,
    (subject) => planStop(subject, { disable: disable ?? false }),
    async (subject) =>
      subject.declaredOff
        ? `${called(subject)} is stopped, and the file keeps it so: it says \`enabled: false\`.`
        : `${called(subject)} is stopped${disable === true ? ' and disabled' : ''}. It stays down until \`reconcile start ${called(subject)}\`.`,
  );

/** Plans one small change, applies it as any other, and tells how the job is now. */
async function act(
  name: string,
  context: Context,
  plan: (subject: LifecycleSubject) => Change,
  tell: (subject: LifecycleSubject, context: Context, world: World) => Promise<string>,
): Promise<ExitCode> {
  const world = openWorld(context);
  return withLock(context, world, async () => {
    const { subject, stack } = await observeNamed(name, context, world);
    refuseRootsJob(subject, context.command, world);
    const change = plan(subject);
    if (change.blocked !== null) {
      const { code, message, hint } = change.blocked;
      throw new ReconcileError(code, message, {
        hint,
        exitCode: code === 'launchd/no-domain' ? EXIT.needsRoot : EXIT.failed,
      });
    }
    const exitCode = await executePlan(
      { stack, launchd: world.places.launchd, changes: [change], diagnostics: [] },
      { context, world, confirm: null, quietly: true },
    );
    if (exitCode === EXIT.ok && !context.options.json)
      context.terminal.out(await tell(subject, context, world));
    return exitCode;
  });
}

const called = ({ instance, label }: LifecycleSubject): string => instance ?? label;

async function tellRunning(
  subject: LifecycleSubject,
  { options }: Context,
  { ports }: World,
): Promise<string> {
  const now = await printService(ports.launchctl, subject.domain, subject.label, {
    timeoutMs: options.timeoutMs,
  });
  if (now.state !== 'loaded') return `${called(subject)} was started, and is not loaded any more.`;
  const { pid, state, lastExit } = now.service;
  if (pid !== null) return `${called(subject)} is running (pid ${pid}).`;
  if (state === 'spawn scheduled')
    return `${called(subject)} is loaded; launchd starts it as soon as its throttle allows.`;
  const ended =
    lastExit === null ? 'has no process now' : `ended already, with ${describeLastExit(lastExit)}`;
  return `${called(subject)} was started and ${ended}. See \`reconcile status ${called(subject)}\`.`;
}
