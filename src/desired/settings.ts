import type { InstanceFields } from '../config/instance.ts';
import { dict } from '../model/plist.ts';
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
    ...entryOf('UserName', 'user', fields.user),
    ...entryOf('GroupName', 'group', fields.group),
    // Octal digits, while an integer in a plist is decimal: `077` is 63.
    ...entryOf('Umask', 'umask', fields.umask === undefined ? undefined : Number.parseInt(fields.umask, 8)),
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

function compileLimits(draft: Draft): readonly Entry[] {
  const limits = Object.entries(draft.fields.limits ?? {});
  return (['soft', 'hard'] as const).flatMap((kind) => {
    const given = limits.flatMap(([name, limit]) => {
      const key = Object.hasOwn(LIMITS, name) ? LIMITS[name] : undefined;
      const value = limit[kind];
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    });
    const key = kind === 'soft' ? 'SoftResourceLimits' : 'HardResourceLimits';
    return given.length === 0 ? [] : [{ key, value: dict(given), field: 'limits' }];
  });
}
