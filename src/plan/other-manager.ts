import type { Blocked } from '../model/plan.ts';
import { because, type Decision } from './decision.ts';
import type { Situation } from './situation.ts';
import { warnAbout } from './warn.ts';

/**
 * A job that another program manages is never changed; what differs from its declaration is told. One that was ours is
 * forgotten, so that the job outlives its declaration.
 */
export function leaveToOther(nothing: Decision, on: Situation): Decision {
  const said = whatDiffers(on);
  const told =
    said === null
      ? nothing
      : because(
          { ...nothing, diagnostics: [warnAbout(on.job, said)] },
          on.file === 'none' ? 'missing' : 'drifted',
        );
  const isOurs = on.owner === 'ours' || on.owner === 'marked';
  return !isOurs ? told : because({ ...told, op: 'update', file: 'forget' }, 'changed');
}

function whatDiffers(on: Situation): Blocked | null {
  const { instance, path } = on.job;
  const keys = [...new Set(on.changed.map(([key = '']) => key))];
  switch (on.file) {
    case 'none':
      return {
        code: 'job/other-missing',
        message: `\`${instance}\` is managed by another program, and its plist is not there: ${path}.`,
        hint: 'Install it with that program.',
      };
    case 'closed':
    case 'unreadable':
      return {
        code: 'job/other-unreadable',
        message: `\`${instance}\` is managed by another program, and its plist cannot be read: ${path}.`,
        hint: 'Install it again with that program.',
      };
    case 'differs':
      return {
        code: 'job/other-differs',
        message: `\`${instance}\` is managed by another program, and its plist differs from the declaration in ${keys.join(', ')}.`,
        hint: `\`reconcile audit -t ${instance}\` tells it key by key; reconcile never writes this plist.`,
      };
    case 'equal':
    case 'symlink':
      return on.loaded !== 'other'
        ? null
        : {
            code: 'job/other-stale',
            message: `\`${instance}\` is managed by another program, and launchd has loaded another definition than its plist has.`,
            hint: 'Restart it with that program, so that launchd reads the plist again.',
          };
  }
}
