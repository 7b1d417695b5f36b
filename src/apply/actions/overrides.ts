import { type Answer, disable as disableJob, enable as enableJob } from '../../sys/client.ts';
import { explainRefusal } from '../diagnose.ts';
import { type ActionOf, type Perform, targetOf, type Work } from '../work.ts';

export const enable: Perform<'enable'> = (action, work) => set(enableJob, action, work);

export const disable: Perform<'disable'> = (action, work) => set(disableJob, action, work);

async function set(
  call: typeof enableJob,
  action: ActionOf<'enable' | 'disable'>,
  work: Work,
): Promise<void> {
  const { ports, settings, progress, change } = work;
  const { domain, label } = action;
  const target = targetOf(action);
  // A call that got no answer may have come through all the same; the roll-back sets it back then too.
  progress.overrides.add(target);
  const answer: Answer = await call(ports.launchctl, domain, label, { timeoutMs: settings.timeoutMs });
  if (answer.outcome !== 'done')
    throw await explainRefusal(work, answer, { domain, label, path: change.plist });
  progress.changed = true;
}
