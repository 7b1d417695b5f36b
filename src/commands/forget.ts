import { EXIT } from '../model/errors.ts';
import type { Action } from '../model/plan.ts';
import { withoutMarker } from '../plan/unmark.ts';
import type { Command } from './context.ts';
import { executePlan } from './execution.ts';
import { observeNamed } from './subject.ts';
import { openWorld, withLock } from './world.ts';

/** No longer ours: out of the ledger, and the marker out of the plist, so that it is not found again. The job goes on. */
export const forget: Command<{ readonly name: string }> = async ({ name }, context) => {
  const world = openWorld(context);
  return withLock(context, world, async () => {
    const { subject, stack } = await observeNamed(name, context, world);
    const { instance, label, domain, path, entry, found } = subject;
    const marked = found?.marker?.stack === stack;
    const actions: Action[] = [];
    if (found !== null && marked) actions.push(...withoutMarker(found));
    if (entry !== null) actions.push({ action: 'forget', domain, label });
    if (actions.length === 0) {
      context.terminal.note(`${label} is not ours; there is nothing to forget.`);
    }
    const exitCode = await executePlan(
      {
        stack,
        launchd: world.places.launchd,
        diagnostics: [],
        changes: [
          {
            instance,
            label,
            domain,
            op: actions.length === 0 ? 'noop' : 'update',
            reasons: [],
            restarts: false,
            starts: false,
            blocked: null,
            plist: path,
            fields: [],
            actions,
            deferred: null,
            after: [],
            stopTimeout: null,
          },
        ],
      },
      { context, world, confirm: null, quietly: true },
    );
    if (exitCode === EXIT.ok && actions.length > 0 && !context.options.json)
      context.terminal.out(
        `${label} is no longer ours. The job and its plist stay as they are: ${path}\n` +
          'Take it out of the file too, or the next apply asks for --adopt.',
      );
    return exitCode;
  });
};
