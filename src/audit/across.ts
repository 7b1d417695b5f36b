import { posix } from 'node:path';
import type { Severity } from '../model/diagnostic.ts';
import { groupBy } from '../model/group.ts';
import { equalPlist } from '../plist/equal.ts';
import { type AuditedJob, placeholderIn } from './job.ts';
import type { Rule } from './rule.ts';

/** A rule on several jobs at once; its `check` sees them all. */
export interface AcrossRule extends Omit<Rule, 'check' | 'onRequest'> {
  check(jobs: readonly AuditedJob[]): readonly AcrossHit[];
}

export interface AcrossHit {
  /** The job that the finding is told at. */
  readonly job: AuditedJob;
  /** Instead of the rule's own. */
  readonly severity?: Severity;
  readonly message: string;
  readonly fix: string;
}

/** Of keys that differ, those that decide about restarts are named first. */
const FIRST = ['KeepAlive', 'ThrottleInterval', 'RunAtLoad', 'ProgramArguments', 'Program'];

const twoPlists: AcrossRule = {
  code: 'job/two-plists',
  severity: 'error',
  title: 'Two plists with one label',
  why: 'launchd loads one of them, and which one depends on who comes first; the other’s settings never count, and two programs that write them undo each other.',
  bad: '<!-- ~/Library/LaunchAgents/a.plist and b.plist both say: -->\n<key>Label</key><string>net.me.gateway</string>',
  good: '<!-- one file a label: net.me.gateway.plist -->\n<key>Label</key><string>net.me.gateway</string>',
  check(jobs) {
    const byLabel = groupBy(jobs, (job) =>
      job.path === null || job.label === null || placeholderIn(job.label) !== null
        ? null
        : `${isDaemon(job.path) ? 'daemon' : 'agent'} ${job.label}`,
    );
    return [...byLabel.values()].flatMap((twins) => {
      const [first, ...others] = twins;
      if (first === undefined) return [];
      return others.map((job) => {
        const keys = differingKeys(first, job);
        return {
          job,
          ...(areForTwoMachines(first.path ?? '', job.path ?? '') ? { severity: 'info' as const } : {}),
          message: `${first.path ?? 'Another plist'} has the label "${job.label}" too${
            keys.length === 0 ? '; both say the same' : `; they differ in ${tell(keys)}`
          }.`,
          fix: 'Keep one of the two, or give each a label of its own.',
        };
      });
    });
  },
};

/** Daemons have a domain of their own: a daemon and an agent may share a label. */
const isDaemon = (path: string): boolean => posix.basename(posix.dirname(path)) === 'LaunchDaemons';

/** Files of one name in different folders, none of them launchd's: most likely one for each Mac, as dotfiles keep them. */
function areForTwoMachines(one: string, other: string): boolean {
  const isInstalled = [one, other].some((path) => /\/Library\/Launch(?:Agents|Daemons)\//.test(path));
  return (
    !isInstalled &&
    posix.basename(one) === posix.basename(other) &&
    posix.dirname(one) !== posix.dirname(other)
  );
}

export const ACROSS_RULES: readonly AcrossRule[] = [twoPlists];

function differingKeys(a: AuditedJob, b: AuditedJob): readonly string[] {
  const names = new Set([...Object.keys(a.plist.entries), ...Object.keys(b.plist.entries)]);
  const differ = [...names].filter((name) => !equalPlist(a.plist.entries[name], b.plist.entries[name]));
  return differ.sort((x, y) => rank(x) - rank(y) || (x < y ? -1 : 1));
}

const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

function tell(keys: readonly string[]): string {
  const shown = keys.slice(0, 5);
  const more = keys.length - shown.length;
  const list = more > 0 ? [...shown, `${more} more`] : shown;
  return list.length === 1 ? `${list[0]}` : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}
