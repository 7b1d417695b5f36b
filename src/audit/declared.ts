import { meaningOf } from '../launchd/meaning.ts';
import { normalise } from '../launchd/normalise.ts';
import { isSensitive } from '../launchd/secrets.ts';
import type { PlistValue } from '../model/plist.ts';
import { equalPlist } from '../plist/equal.ts';
import { plistToJson } from '../plist/json.ts';
import type { AuditedJob } from './job.ts';
import type { Hit, Rule } from './rule.ts';

/** A plist that another program writes, and what its owner declared (`managed_by: other`). */
export const DECLARED_DIFFERS: Rule = {
  code: 'declared/differs',
  severity: 'warning',
  title: 'A plist of another program differs from its declaration',
  why: 'The program that writes it does not want what you declared, or wrote it before you did; reconcile never writes it.',
  bad: '<!-- declared: restart: {policy: on-success, throttle: 5s}, managed_by: other -->\n<key>KeepAlive</key><true/>',
  good: '<key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict>\n<key>ThrottleInterval</key><integer>5</integer>',
  check: (job) => (job.declared === null ? [] : compareDeclared(job, job.declared)),
};

/** What decides whether and when it is started again: compared even where the declaration leaves it out. */
const RESTART_KEYS = ['KeepAlive', 'ThrottleInterval', 'RunAtLoad'];

/** Keys in which an installed plist differs from what was declared; of others than those about restarts, the declared ones. */
function compareDeclared(installed: AuditedJob, declared: AuditedJob): readonly Hit[] {
  const [found, wanted] = [normalise(installed.plist), normalise(declared.plist)];
  const keys = [...new Set([...RESTART_KEYS, ...Object.keys(wanted.entries)])];
  return keys.flatMap((key): Hit[] => {
    const [now, then] = [found.entries[key], wanted.entries[key]];
    if (equalPlist(now, then)) return [];
    const words = (value: PlistValue | undefined, job: AuditedJob): string => {
      const meaning = meaningOf([key], value ?? null, job.plist);
      const text = isSensitive([key], value ?? null) ? '(sensitive)' : tell(value);
      return `${text}${meaning === '' ? '' : ` (${meaning})`}`;
    };
    return [
      {
        path: [key],
        severity: RESTART_KEYS.includes(key) ? 'error' : 'warning',
        message: `${key} is ${words(now, installed)}; declared is ${words(then, declared)}.`,
        fix: 'Have the program that writes it write the declared value, or declare what it writes.',
        expected: then ?? null,
      },
    ];
  });
}

const tell = (value: PlistValue | undefined): string => {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(plistToJson(value));
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};
