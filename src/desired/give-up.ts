import { effectiveThrottle } from '../launchd/throttle.ts';
import type { Job } from '../model/job.ts';
import type { PlistDict } from '../model/plist.ts';
import type { Draft } from './draft.ts';

/** Those of the interface. Seconds. */
const DEFAULTS = { after: 5, within: 600 } as const;

/** `give_up:` → how many bad ends within which time. @param plist of the job: its throttle says how many there can be */
export function compileGiveUp({ fields, problems }: Draft, plist: PlistDict): Pick<Job, 'giveUp'> {
  const given = fields.give_up;
  if (given === undefined) return {};
  const giveUp = { after: given.after ?? DEFAULTS.after, within: given.within ?? DEFAULTS.within };
  const least = (giveUp.after - 1) * effectiveThrottle(plist);
  if (least >= giveUp.within)
    problems.warn(
      'give-up/never',
      'give_up',
      `It would never be given up: launchd starts it every ${effectiveThrottle(plist)} s at most, so ${giveUp.after} ends take ${least} s, and \`within\` is ${giveUp.within} s.`,
      `Write \`within: ${least * 2}s\` or more, or fewer in \`after\`.`,
    );
  return { giveUp };
}
