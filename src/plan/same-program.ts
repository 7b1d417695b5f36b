import type { Diagnostic } from '../model/diagnostic.ts';
import { groupBy } from '../model/group.ts';
import type { Job } from '../model/job.ts';
import type { Observed } from '../model/observed.ts';
import { isArray, type PlistDict, type PlistValue } from '../model/plist.ts';
import { equalPlist } from '../plist/equal.ts';
import { warnAbout } from './warn.ts';

/** What makes two runs of one command two different things. */
const SURROUNDINGS = ['WorkingDirectory', 'EnvironmentVariables', 'RootDirectory'] as const;

/**
 * Warns of jobs that run one and the same program under two labels, as an app's own agent beside ours does, or an agent
 * beside a daemon of one instance: both would start, and get into each other's way. Another's plist counts whatever its
 * surroundings, since a command line alone tells that it is the same program; two of ours only where those are equal too.
 *
 * @param leaving labels that this plan takes away
 * @param targets labels that this plan is about
 */
export function findSamePrograms(
  jobs: readonly Job[],
  observed: Pick<Observed, 'plists'>,
  leaving: ReadonlySet<string>,
  targets: ReadonlySet<string>,
): readonly Diagnostic[] {
  const declared = jobs.filter((job) => !job.excluded && job.enabled !== false);
  const labels = new Set(jobs.map(({ label }) => label));
  const paths = new Set(jobs.map(({ path }) => path));
  const others = groupBy(
    // What lies at the path of one of ours is no other job's: it is replaced, or blocks ours.
    observed.plists.filter(
      ({ label, path, plist }) =>
        !paths.has(path) &&
        label !== null &&
        !labels.has(label) &&
        !leaving.has(label) &&
        plist?.entries['Disabled'] !== true,
    ),
    ({ plist }) => (plist === null ? null : commandOf(plist)),
  );
  const own = groupBy(declared, ({ plist }) => commandOf(plist));
  return declared.flatMap((job): readonly Diagnostic[] => {
    const command = commandOf(job.plist);
    if (command === null || !targets.has(job.label)) return [];
    const [foreign] = others.get(command) ?? [];
    const alike = (own.get(command) ?? []).filter((other) => haveOneSurrounding(other.plist, job.plist));
    const earlier = alike.filter((other) => isBefore(other, job));
    // However many there are, they are told once, at the second one.
    const [first] = earlier.length === 1 ? earlier : [];
    return [
      ...(foreign === undefined ? [] : [warning(job, foreign.label ?? '', foreign.path, 0)]),
      ...(first === undefined ? [] : [warning(job, first.label, first.path, alike.length - 2)]),
    ];
  });
}

function warning(job: Job, label: string, path: string, more: number): Diagnostic {
  const also = more === 0 ? '' : ` So do ${more} more.`;
  return warnAbout(job, {
    code: 'job/same-program',
    message: `${job.instance} runs the same program as ${label} (${path}); both would run.${also}`,
    hint: `If they are one and the same, keep one of them: take ${label} away, or leave ${job.instance} out.`,
  });
}

/** The program and its arguments, each apart, as one text; null when there is nothing to compare. */
function commandOf({ entries }: PlistDict): string | null {
  const list = entries['ProgramArguments'];
  const words = isArray(list) ? list.filter((word): word is string => typeof word === 'string') : [];
  const program = entries['Program'] ?? words[0];
  return typeof program === 'string' ? JSON.stringify([program, ...words.slice(1)]) : null;
}

function haveOneSurrounding(a: PlistDict, b: PlistDict): boolean {
  const at = (plist: PlistDict, key: string): PlistValue | undefined => plist.entries[key];
  return SURROUNDINGS.every((key) => equalPlist(at(a, key), at(b, key)));
}

/** Told once, at the later one. */
function isBefore(a: Job, b: Job): boolean {
  if (a === b) return false;
  return a.label === b.label ? a.domain < b.domain : a.label < b.label;
}
