import { isTriggered } from '../launchd/triggers.ts';
import type { PlistDict, PlistValue } from '../model/plist.ts';
import { compileSchedule } from './calendar.ts';
import { type Draft, type Entry, entryOf } from './draft.ts';
import { absolutePath } from './paths.ts';
import { compileRestart, isConditional, ownRestart } from './restart.ts';

/**
 * `start` and `restart` → RunAtLoad, the triggers, KeepAlive and ThrottleInterval. `raw`: what `launchd:` adds; a trigger,
 * RunAtLoad or KeepAlive in there decides too whether the job starts at load.
 */
export function compileStart(draft: Draft, raw: PlistDict): readonly Entry[] {
  const triggers = compileTriggers(draft);
  const own = ownRestart(draft);
  const triggered =
    triggers.some((entry) => entry.value !== undefined) ||
    isTriggered(raw) ||
    isConditional(raw.entries['KeepAlive']);
  const declared = draft.fields.start?.at_load;
  const rawAtLoad = raw.entries['RunAtLoad'];
  const explicit = declared ?? (typeof rawAtLoad === 'boolean' ? rawAtLoad : undefined);
  const startedAtLoad = explicit ?? (!triggered && own.run_while === undefined);
  const restart = startedAtLoad ? (draft.fields.restart ?? {}) : own;
  const atLoad = explicit ?? (startedAtLoad && restart.run_while === undefined);
  return [
    { key: 'RunAtLoad', value: atLoad || undefined, field: declared === undefined ? null : 'start.at_load' },
    ...triggers,
    ...compileRestart(draft, restart, atLoad),
  ];
}

function compileTriggers(draft: Draft): readonly Entry[] {
  const { start = {} } = draft.fields;
  return [
    ...entryOf('StartInterval', 'start.every', start.every),
    ...(start.schedule === undefined
      ? []
      : entryOf('StartCalendarInterval', 'start.schedule', compileSchedule(draft, start.schedule))),
    ...compilePaths(draft, 'WatchPaths', 'start.watch', start.watch),
    ...compilePaths(draft, 'QueueDirectories', 'start.queue', start.queue),
    ...(start.on_mount === undefined
      ? []
      : [{ key: 'StartOnMount', value: start.on_mount || undefined, field: 'start.on_mount' }]),
  ];
}

function compilePaths(
  draft: Draft,
  key: string,
  field: string,
  texts: readonly string[] | undefined,
): readonly Entry[] {
  const paths: PlistValue[] = [];
  for (const [index, text] of (texts ?? []).entries()) {
    const path = absolutePath(text, `${field}.${index}`, draft.host.home, draft.problems);
    if (path !== null) paths.push(path);
  }
  return paths.length === 0 ? [] : [{ key, value: paths, field }];
}
