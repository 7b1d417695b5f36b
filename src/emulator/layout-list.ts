import { sessionType } from '../launchd/domains.ts';
import type { ExitKind } from '../launchd/keep-alive.ts';
import { isArray, isDict, type PlistValue } from '../model/plist.ts';
import type { Definition } from './definition.ts';
import { type Job, pidOf } from './job.ts';

/** The table of `launchctl list` (facts §4.4). */
export function listTable(jobs: readonly Job[]): string {
  const rows = jobs.map(
    (job) => `${pidOf(job) ?? '-'}\t${listStatus(job.lastExit)}\t${job.definition.label}\n`,
  );
  return `PID\tStatus\tLabel\n${rows.join('')}`;
}

/** What stands behind a name: a word, a list in round brackets, or names with what stands behind them. */
type Value = string | readonly string[] | { readonly [name: string]: Value };

/** The old-style dictionary of `launchctl list LABEL`: what has no value is left out (facts §4.5). */
export function listOne(job: Job): string {
  const { definition } = job;
  const keys = definition.plist.entries;
  const pairs: readonly (readonly [string, Value | null])[] = [
    ['EnableTransactions', definition.flags.transactions ? 'true' : null],
    [
      'Sockets',
      objects(keys['Sockets'], (value) => list(isArray(value) ? value : [value], 'file-descriptor')),
    ],
    ['StandardOutPath', quoted(definition.stdout)],
    ['LimitLoadToSessionType', quoted(definition.sessionTypes?.[0] ?? sessionType(job.domain))],
    ['StandardErrorPath', quoted(definition.stderr)],
    ['MachServices', objects(keys['MachServices'], () => 'mach-port-object')],
    ['Label', quoted(definition.label)],
    ['OnDemand', String(definition.keepAlive !== true)],
    ['LastExitStatus', String(waitStatus(job.lastExit))],
    ['PID', pidOf(job) === null ? null : String(pidOf(job))],
    ['Program', quoted(definition.program)],
    ['ProgramArguments', argumentsOf(definition)],
  ];
  return `${written(Object.fromEntries(pairs.filter((pair): pair is [string, Value] => pair[1] !== null)), 0)};\n`;
}

function written(value: Value, depth: number): string {
  if (typeof value === 'string') return value;
  const tabs = '\t'.repeat(depth);
  if (isList(value)) return `(\n${value.map((one) => `${tabs}\t${one};\n`).join('')}${tabs})`;
  const lines = Object.entries(value).map(
    ([name, content]) => `${tabs}\t"${name}" = ${written(content, depth + 1)};\n`,
  );
  return `{\n${lines.join('')}${tabs}}`;
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value);

const quoted = (value: string | null): string | null => (value === null ? null : `"${value}"`);

const list = (values: readonly unknown[], object: string): Value => values.map(() => `${object}-object`);

function objects(value: PlistValue | undefined, describe: (value: PlistValue) => Value): Value | null {
  if (!isDict(value)) return null;
  return Object.fromEntries(Object.entries(value.entries).map(([name, one]) => [name, describe(one)]));
}

function argumentsOf({ plist, arguments: argv }: Definition): Value | null {
  return isArray(plist.entries['ProgramArguments']) && argv !== null ? argv.map((one) => `"${one}"`) : null;
}

/** Exit code, or the negative signal; 0 before the first end. */
export function listStatus(exit: ExitKind | null): number {
  if (exit === null) return 0;
  return 'code' in exit ? exit.code : -exit.signal;
}

/** As wait(2) gives it: 256 is exit code 1, 15 is SIGTERM. */
function waitStatus(exit: ExitKind | null): number {
  if (exit === null) return 0;
  return 'code' in exit ? exit.code * 256 : exit.signal;
}
