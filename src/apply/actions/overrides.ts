import { type Answer, disable as disableJob, enable as enableJob } from '../../sys/client.ts';
import { refusedBy } from '../failure.ts';
import { type ActionOf, type Perform, targetOf, type Work } from '../work.ts';

export const enable: Perform<'enable'> = (action, work) => set(enableJob, action, work);

export const disable: Perform<'disable'> = (action, work) => set(disableJob, action, work);

async function set(
  call: typeof enableJob,
  action: ActionOf<'enable' | 'disable'>,
  { ports, settings, progress }: Work,
): Promise<void> {
  const { domain, label } = action;
  const target = targetOf(action);
  // A call that got no answer may have come through all the same; the roll-back sets it back then too.
  progress.overrides.add(target);
  const answer: Answer = await call(ports.launchctl, domain, label, { timeoutMs: settings.timeoutMs });
  if (answer.outcome !== 'done') throw refusedBy(answer, target);
  progress.changed = true;
}
