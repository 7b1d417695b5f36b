import { expect } from 'vitest';
import type { Port } from './port.ts';
import { keysOf } from './print-shape.ts';

/** Depth-1 keys of `print DOMAIN/LABEL` in the order of macOS 26 and 27 (facts §4.1). */
const ORDER: readonly string[] = [
  'active count',
  'copy count',
  'path',
  'type',
  'managed_by',
  'state',
  'program',
  'program identifier',
  'parent bundle identifier',
  'parent bundle version',
  'BTM uuid',
  'arguments',
  'working directory',
  'stdin path',
  'stdout path',
  'stderr path',
  'inherited environment',
  'default environment',
  'environment',
  'LWCR',
  'domain',
  'asid',
  'username',
  'group',
  'umask',
  'minimum runtime',
  'base minimum runtime',
  'exit timeout',
  'runs',
  'successive crashes',
  'pid',
  'immediate reason',
  'forks',
  'execs',
  'initialized',
  'trampolined',
  'started suspended',
  'proxy started suspended',
  'checked allocations',
  'checked allocations reason',
  'checked allocations flags',
  'last exit code',
  'last terminating signal',
  'last exit reason',
  'semaphores',
  'event triggers',
  'endpoints',
  'dynamic endpoints',
  'event channels',
  'sockets',
  'resource coalition',
  'jetsam coalition',
  'spawn type',
  'jetsam priority',
  'jetsam memory limit (active)',
  'jetsam memory limit (inactive)',
  'jetsamproperties category',
  'jetsam thread limit',
  'cpumon',
  'run interval',
  'resource limits',
  'job state',
  'sanitizer flags',
  'probabilistic guard malloc policy',
  'properties',
];

/** Printed somewhere, but no capture shows where (facts §1, §5): not judged. */
const PLACE_UNKNOWN: ReadonlySet<string> = new Set(['nice']);

/** Known keys stand in order, and none twice. Ours has no other; Apple's may, since the format is not kept stable. */
export function expectCanonicalOrder(port: Port, text: string): void {
  const keys = keysOf(text).filter((key) => !PLACE_UNKNOWN.has(key));
  expect(new Set(keys).size, text).toBe(keys.length);
  if (port.launchd === 'embedded') expect(keys.filter((key) => !ORDER.includes(key))).toEqual([]);
  const known = keys.filter((key) => ORDER.includes(key));
  expect(known).toEqual(ORDER.filter((key) => known.includes(key)));
}
