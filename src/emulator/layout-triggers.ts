import type { Domain } from '../model/domain.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import type { Definition } from './definition.ts';
import { block, entry, type Line, list } from './layout.ts';

/** What can start a job from outside: printed as `event triggers` and `event channels` (facts §4.1). */
export interface Trigger {
  readonly name: string;
  readonly stream: string;
  readonly descriptor: readonly Line[];
  /** In its wanted state just now. */
  readonly keepAlive: boolean;
}

/** What tells whether a trigger is in its wanted state. */
export interface TriggerConditions {
  pathExists(path: string): boolean;
  holdsEntries(folder: string): boolean;
}

const CALENDAR_FIELDS = ['Minute', 'Hour', 'Day', 'Weekday', 'Month'];
const PATH_STATE = 'com.apple.launchd.PathState';
/** Number of the first calendar trigger of a job. */
const FIRST_CALENDAR = 0x1000_0000;

export function triggersOf(
  definition: Definition,
  { pathExists, holdsEntries }: TriggerConditions,
): readonly Trigger[] {
  const { entries } = definition.plist;
  const triggers: Trigger[] = [];
  for (const [index, schedule] of schedulesOf(entries['StartCalendarInterval']).entries())
    triggers.push({
      name: `${definition.label}.${FIRST_CALENDAR + index}`,
      stream: 'com.apple.launchd.calendarinterval',
      descriptor: CALENDAR_FIELDS.flatMap((field) => {
        const value = schedule.entries[field];
        return value === undefined ? [] : member(field, value);
      }),
      keepAlive: false,
    });
  for (const key of ['WatchPaths', 'QueueDirectories']) {
    const paths = entries[key];
    if (isArray(paths) && paths.length > 0)
      triggers.push({
        name: `com.apple.launchd.${key}`,
        stream: 'com.apple.fsevents.matching',
        descriptor: member(key, paths),
        keepAlive:
          key === 'QueueDirectories' && paths.some((path) => typeof path === 'string' && holdsEntries(path)),
      });
  }
  const states = isDict(definition.keepAlive) ? definition.keepAlive.entries['PathState'] : undefined;
  if (isDict(states))
    triggers.push({
      name: PATH_STATE,
      stream: 'com.apple.fsevents.matching',
      descriptor: member('PathState', states),
      keepAlive: Object.entries(states.entries).some(([path, wanted]) => pathExists(path) === wanted),
    });
  if (entries['StartOnMount'] === true)
    triggers.push({
      name: 'com.apple.launchd.StartOnMount',
      stream: 'com.apple.fsevents.matching',
      descriptor: member('StartOnMount', true),
      keepAlive: false,
    });
  const streams = entries['LaunchEvents'];
  if (isDict(streams))
    for (const [stream, events] of Object.entries(streams.entries))
      if (isDict(events))
        for (const [name, descriptor] of Object.entries(events.entries))
          if (isDict(descriptor))
            triggers.push({ name, stream, descriptor: members(descriptor), keepAlive: false });
  return triggers;
}

export function triggerBlocks(
  triggers: readonly Trigger[],
  definition: Definition,
  domain: Domain,
): readonly Line[] {
  if (triggers.length === 0) return [];
  const monitor = `com.apple.UserEventAgent-${domain.startsWith('gui/') ? 'Aqua' : 'System'}`;
  // The one capture of a PathState job has no channel for it.
  const channels = triggers.filter(({ name }) => name !== PATH_STATE);
  const streams = [...new Set(channels.map((trigger) => trigger.stream))];
  return [
    block(
      'event triggers',
      triggers.map((trigger) =>
        entry(trigger.name, [
          `keepalive = ${trigger.keepAlive ? 1 : 0}`,
          `service = ${definition.label}`,
          `stream = ${trigger.stream}`,
          `monitor = ${monitor}`,
          block('descriptor', trigger.descriptor),
        ]),
      ),
    ),
    '',
    ...channelBlock(streams),
  ];
}

function channelBlock(streams: readonly string[]): readonly Line[] {
  if (streams.length === 0) return [];
  const port = ['port = 0x0', 'active = 0', 'managed = 1', 'reset = 0', 'hide = 0', 'watching = 1'];
  return [
    block(
      'event channels',
      streams.map((stream) => block(`"${stream}"`, port)),
    ),
    '',
  ];
}

function schedulesOf(value: PlistValue | undefined): readonly PlistDict[] {
  return isDict(value) ? [value] : isArray(value) ? value.filter(isDict) : [];
}

function members(value: PlistDict): readonly Line[] {
  return Object.entries(value.entries).flatMap(([name, content]) => member(name, content));
}

function member(name: string, value: PlistValue): readonly Line[] {
  if (isDict(value)) return [entry(`"${name}"`, members(value))];
  if (isArray(value))
    return [
      list(
        `"${name}"`,
        value.map((element, index) => `${index} = ${scalar(element)}`),
      ),
    ];
  return [`"${name}" => ${scalar(value)}`];
}

function scalar(value: PlistValue): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value !== 'object') return String(value);
  return 'digits' in value ? value.digits : 'value' in value ? String(value.value) : JSON.stringify(value);
}
