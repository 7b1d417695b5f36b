import type { InstanceFields } from '../config/instance.ts';
import { dict, type PlistValue } from '../model/plist.ts';
import { type Draft, type Entry, entryOf } from './draft.ts';

/** The names of `limits` and launchd's names for them, in Soft- and HardResourceLimits. */
export const LIMITS: Readonly<Record<string, string>> = {
  core: 'Core',
  cpu: 'CPU',
  data: 'Data',
  file_size: 'FileSize',
  locked_memory: 'MemoryLock',
  open_files: 'NumberOfFiles',
  processes: 'NumberOfProcesses',
  resident_memory: 'ResidentSetSize',
  stack: 'Stack',
};

const PROCESS_TYPES: Readonly<Record<NonNullable<InstanceFields['process_type']>, string>> = {
  background: 'Background',
  standard: 'Standard',
  adaptive: 'Adaptive',
  interactive: 'Interactive',
};

/** The fields that say how the process runs: account, umask, time to stop, priority, limits. */
export function compileSettings(draft: Draft): readonly Entry[] {
  const { fields } = draft;
  return [
    ...compileAccount(draft),
    ...entryOf('Umask', 'umask', compileUmask(draft)),
    ...entryOf('ExitTimeOut', 'stop_timeout', fields.stop_timeout),
    ...entryOf(
      'ProcessType',
      'process_type',
      fields.process_type === undefined ? undefined : PROCESS_TYPES[fields.process_type],
    ),
    ...entryOf('Nice', 'nice', fields.nice),
    ...(fields.low_priority_io === undefined
      ? []
      : [{ key: 'LowPriorityIO', value: fields.low_priority_io || undefined, field: 'low_priority_io' }]),
    ...compileLimits(draft),
  ];
}

/** launchd ignores the account of an agent: it always runs as the user it is loaded for (facts §1). */
function compileAccount({ fields, problems }: Draft): readonly Entry[] {
  if (fields.domain === 'system')
    return [...entryOf('UserName', 'user', fields.user), ...entryOf('GroupName', 'group', fields.group)];
  for (const field of ['user', 'group'] as const)
    if (fields[field] !== undefined)
      problems.error(
        `${field}/system-only`,
        field,
        `launchd heeds \`${field}\` for system jobs only; this one always runs as the user it is loaded for.`,
        `Remove \`${field}\`, or make the job a daemon with \`domain: system\`.`,
      );
  return [];
}

/** Octal digits → the integer that a plist needs: `077` is 63. */
function compileUmask(draft: Draft): number | undefined {
  const { umask } = draft.fields;
  if (umask === undefined) return undefined;
  const mask = /^[0-7]+$/.test(umask) ? Number.parseInt(umask, 8) : Number.NaN;
  if (mask <= 0o777) return mask;
  draft.problems.error(
    'umask/invalid',
    'umask',
    `\`${umask}\` is no umask: it takes octal digits, from 000 to 777.`,
    'Write it in quotes, for instance `umask: "077"`.',
  );
  return undefined;
}

function compileLimits(draft: Draft): readonly Entry[] {
  const limits = Object.entries(draft.fields.limits ?? {});
  const soft: [string, PlistValue | undefined][] = [];
  const hard: [string, PlistValue | undefined][] = [];
  for (const [name, limit] of limits) {
    const key = Object.hasOwn(LIMITS, name) ? LIMITS[name] : undefined;
    const field = `limits.${name}`;
    if (key === undefined) {
      draft.problems.error(
        'limits/unknown',
        field,
        `There is no limit named \`${name}\`.`,
        `The limits are ${Object.keys(LIMITS).join(', ')}.`,
      );
      continue;
    }
    if (limit.soft !== undefined && limit.hard !== undefined && limit.soft > limit.hard)
      draft.problems.error(
        'limits/soft-above-hard',
        field,
        `The soft limit, ${limit.soft}, is above the hard one, ${limit.hard}, which the system refuses.`,
        'Raise `hard`, or lower `soft`.',
      );
    soft.push([key, limit.soft]);
    hard.push([key, limit.hard]);
  }
  return [...limitEntry('SoftResourceLimits', soft), ...limitEntry('HardResourceLimits', hard)];
}

function limitEntry(key: string, limits: readonly [string, PlistValue | undefined][]): readonly Entry[] {
  const given = limits.filter(([, value]) => value !== undefined);
  return given.length === 0 ? [] : [{ key, value: dict(given), field: 'limits' }];
}
