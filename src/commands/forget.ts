import { AGENT_STACK } from '../model/agent.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { planForget } from '../plan/lifecycle.ts';
import { uninstallCommand } from './agent-command.ts';
import type { Command } from './context.ts';
import { executePlan } from './execution.ts';
import { refuseRootsJob } from './sides.ts';
import { observeNamed } from './subject.ts';
import { openWorld, withLock } from './world.ts';

/** No longer ours; the job and its plist stay as they are. */
export const forget: Command<{ readonly name: string }> = async ({ name }, context) => {
  const world = openWorld(context);
  return withLock(context, world, async () => {
    const { subject, stack } = await observeNamed(name, context, world);
    if (stack === AGENT_STACK)
      throw new ReconcileError(
        'agent/forget',
        `${subject.label} is an agent: it would go on, and nobody know of it.`,
        {
          hint: `Take it away: ${uninstallCommand(subject.instance ?? '')}`,
          exitCode: EXIT.usage,
        },
      );
    refuseRootsJob(subject, 'forget', stack, world);
    const change = planForget(subject, stack);
    if (change.actions.length === 0)
      throw new ReconcileError('job/not-ours', `${subject.label} is not ours; there is nothing to forget.`, {
        exitCode: EXIT.failed,
      });
    const exitCode = await executePlan(
      { stack, launchd: world.places.launchd, diagnostics: [], changes: [change] },
      { context, world, confirm: null, quietly: true },
    );
    if (exitCode === EXIT.ok && !context.options.json)
      context.terminal.out(
        `${subject.label} is no longer ours. The job and its plist stay: ${subject.path}\n` +
          'Take it out of the file too, or the next apply asks for --adopt.',
      );
    return exitCode;
  });
};
