import { dict, type PlistDict } from '../model/plist.ts';
import type { PrintBlock, Service } from '../model/service.ts';

/**
 * The event triggers of a loaded job, in which launchd keeps its calendar, watched paths and PathState (facts §2.8, §5).
 * Each reader gives undefined when the job has no such trigger, and null when it has one that cannot be read.
 */

/** The schedules, one a trigger, in the order of the text. */
export function readCalendar(service: Service): readonly PlistDict[] | null | undefined {
  const triggers = Object.values(service.blocks['event triggers']?.blocks ?? {}).filter(
    (trigger) => trigger.fields['stream'] === 'com.apple.launchd.calendarinterval',
  );
  if (triggers.length === 0) return undefined;
  const schedules = triggers.map((trigger) => readIntegers(trigger.blocks['descriptor']));
  return schedules.every((schedule) => schedule !== null) ? schedules : null;
}

/** The list of paths of `WatchPaths` or `QueueDirectories`, in order. */
export function readPaths(
  service: Service,
  key: 'WatchPaths' | 'QueueDirectories',
): readonly string[] | null | undefined {
  const trigger = findTrigger(service, key);
  if (trigger === undefined) return undefined;
  const list = trigger.blocks['descriptor']?.blocks[key];
  if (list === undefined) return null;
  const paths = Object.keys(list.fields).map((_, index) => unquote(list.fields[String(index)]));
  return paths.every((path) => path !== null) ? paths : null;
}

/** KeepAlive.PathState: path → whether it must exist. */
export function readPathState(service: Service): PlistDict | null | undefined {
  const trigger = findTrigger(service, 'PathState');
  if (trigger === undefined) return undefined;
  const rows = trigger.blocks['descriptor']?.blocks['PathState']?.lines;
  if (rows === undefined) return null;
  const entries: [string, boolean][] = [];
  for (const row of rows) {
    const at = row.lastIndexOf('" => ');
    const word = row.slice(at + '" => '.length);
    if (!row.startsWith('"') || at < 1 || (word !== 'true' && word !== 'false')) return null;
    entries.push([row.slice(1, at), word === 'true']);
  }
  return dict(entries);
}

function findTrigger(service: Service, name: string): PrintBlock | undefined {
  return service.blocks['event triggers']?.blocks[`com.apple.launchd.${name}`];
}

function readIntegers(descriptor: PrintBlock | undefined): PlistDict | null {
  if (descriptor === undefined) return null;
  const entries = Object.entries(descriptor.fields);
  if (!entries.every(([, value]) => /^-?[0-9]{1,9}$/.test(value))) return null;
  return dict(entries.map(([key, value]) => [key, Number(value)] as const));
}

/** Strings in descriptors stand in quotes, with nothing escaped. */
function unquote(text: string | undefined): string | null {
  if (text === undefined || text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return null;
  return text.slice(1, -1);
}
