import { posix } from 'node:path';

/** What a run may touch in the launchd of a person at their Mac. */
export interface Bounds {
  /** Of its labels, with the number of the run. */
  readonly labelPrefix: string;
  /** Of its plists. */
  readonly folder: string;
}

/** Verbs that only tell. */
const READING = new Set(['print', 'print-disabled', 'list', 'error', 'blame', 'version', 'help']);
const MANAGER = /^manager(name|uid|pid)$/;
/** Verbs that no launchctl has: scenarios about usage. */
const UNKNOWN = new Set(['bootstrapp']);
/** No such target; and labels that nobody has, inside domains that may not exist either. */
const NOBODY = /^(no-such-target|(gui|user)\/[0-9]+\/com\.example\.reconcile-contract\.nobody)$/;

/**
 * Why a call must not reach the launchd of a person, or null. The suite asks this before each call: a slip in a scenario is a
 * failing test then, not a booted-out session.
 */
export function whyHarmful(args: readonly string[], { labelPrefix, folder }: Bounds): string | null {
  const [verb = '', ...rest] = args;
  const words = rest.filter((word) => !word.startsWith('-'));
  const isOurPath = (path: string): boolean =>
    path.startsWith(`${folder}/`) && posix.normalize(path) === path;
  const isOurTarget = (target: string): boolean =>
    NOBODY.test(target) || new RegExp(`^(gui|user)/[0-9]+/${quoted(labelPrefix)}\\.[^/]+$`).test(target);
  const foreign = (targets: readonly string[], isOurs: (target: string) => boolean): string | null => {
    const stranger = targets.length === 0 ? verb : targets.find((target) => !isOurs(target));
    return stranger === undefined ? null : `'${args.join(' ')}' would touch ${stranger}, which is not ours`;
  };
  if (READING.has(verb) || MANAGER.test(verb) || UNKNOWN.has(verb)) return null;
  switch (verb) {
    case 'bootstrap':
      return foreign(words.slice(1), isOurPath);
    case 'bootout':
      return words.length > 1 ? foreign(words.slice(1), isOurPath) : foreign(words, isOurTarget);
    case 'kill':
      return foreign(words.slice(1), isOurTarget);
    case 'enable':
    case 'disable':
    case 'kickstart':
      return foreign(words, isOurTarget);
    default:
      return `'${verb}' is not among the verbs that the suite may use on a person's Mac`;
  }
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
