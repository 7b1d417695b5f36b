import { POLICIES, policyOf } from '../desired/policy.ts';
import { effectiveKeepAlive } from '../launchd/keep-alive.ts';
import { effectiveThrottle } from '../launchd/throttle.ts';
import { formatSeconds } from '../launchd/time-words.ts';
import type { PlistDict } from '../model/plist.ts';
import type { LookAhead } from '../simulate/look-ahead.ts';
import type { Outcome } from '../simulate/outcome.ts';
import { goesByTheCalendar, type Wall, wallWords } from '../simulate/wall.ts';
import { timeWords } from '../simulate/words.ts';
import { count } from './printable.ts';
import type { Style } from './style.ts';
import { renderValue } from './value-text.ts';

/** What tells one timeline from another: `on-failure, throttle 5 s`. */
export function timelineTitle(plist: PlistDict, style: Style): string {
  return `${policyTitle(plist, style)}, throttle ${formatSeconds(effectiveThrottle(plist))}`;
}

/** `on-failure`, or `KeepAlive {Crashed: false}` where no policy says it. */
export function policyTitle(plist: PlistDict, style: Style): string {
  return policyOf(plist) ?? `KeepAlive ${renderValue(effectiveKeepAlive(plist), style)}`;
}

/** The policy as launchd has it: `KeepAlive {SuccessfulExit: true}`; nothing where the title says so already. */
export function rawPolicy(plist: PlistDict, style: Style): string {
  const policy = policyOf(plist);
  if (policy === null) return '';
  const { keepAlive } = POLICIES[policy];
  return keepAlive === undefined ? 'no KeepAlive' : `KeepAlive ${renderValue(keepAlive, style)}`;
}

const ENDS: Readonly<Record<Outcome['end'], string>> = {
  running: 'running at the end',
  waiting: 'waiting for the throttle at the end',
  down: 'down at the end',
};

/** `30 starts, up 30 s of 5 min; down at the end` */
export function outcomeWords({ starts, upMs, end }: Outcome, playedMs: number): string {
  if (starts === 0) return 'no start';
  return `${count(starts, 'start')}, up ${timeWords(upMs)} of ${timeWords(playedMs)}; ${ENDS[end]}`;
}

/** The clock that the axis shows: of day, if a job goes by the calendar; otherwise none, since only the time gone matters. */
export function axisWall({ tracks, wall }: LookAhead): Wall | null {
  return tracks.some(({ timeline }) => goesByTheCalendar(timeline.plist)) ? wall : null;
}

/** From when on it is looked at: `the moment it is loaded`, `Wed 1 Jul 12:00, when it is loaded`. */
export function momentOf(ahead: LookAhead): string {
  const wall = axisWall(ahead);
  return wall === null ? 'the moment it is loaded' : `${wallWords(0, wall)}, when it is loaded`;
}
