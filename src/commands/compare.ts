import { loadConfig } from '../config/load.ts';
import { compileJobs } from '../desired/compile.ts';
import { POLICY_NAMES } from '../desired/policy.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import { dict, type PlistDict } from '../model/plist.ts';
import type { Declaration } from './declaration.ts';
import { InvalidFile } from './failure.ts';

/** Stands in messages where a file's path would. */
const FILE = '--compare';

/** Keys of launchd begin with a capital letter, those of the file with a small one; true and false are a KeepAlive, too. */
const RAW = /^(?:true|false|\{\s*["']?[A-Z])/;

/** `always,{policy: on-failure, throttle: 30s}`: commas within braces part nothing. */
export function splitPolicies(text: string): readonly string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text) {
    depth += character === '{' ? 1 : character === '}' ? -1 : 0;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts.map((part) => part.trim());
}

/**
 * The plist of a job under another `restart:`, given as it would stand in the file, or as a KeepAlive of launchd. Read as a
 * small file of its own, so that it means, and is refused, exactly what it would be there. Throws InvalidFile.
 */
export function otherwise(
  job: Job,
  text: string,
  { host, places }: Pick<Declaration, 'host' | 'places'>,
): PlistDict {
  if (text === '' || text.includes('\n'))
    throw new ReconcileError(
      'explain/compare',
      `--compare: ${text === '' ? 'no policy is named' : 'a policy is one line'}.`,
      {
        hint: `Write one of ${POLICY_NAMES.join(', ')}, or a map as under \`restart:\`, such as \`{policy: always, throttle: 30s}\`.`,
        exitCode: EXIT.usage,
      },
    );
  const file = [
    'version: 1',
    'instances:',
    `  ${JSON.stringify(job.instance)}:`,
    '    command: ["true"]',
    RAW.test(text) ? `    launchd: {KeepAlive: ${text}}` : `    restart: ${text}`,
    '',
  ].join('\n');
  const source = {
    read: () => ({ ok: true as const, text: file, realPath: FILE }),
    glob: () => [],
  };
  const { config, partial, diagnostics } = loadConfig([FILE], source, host);
  const compiled = partial === null ? null : compileJobs(partial, host, places);
  const errors = [...diagnostics, ...(compiled?.diagnostics ?? [])].filter(
    ({ severity }) => severity === 'error',
  );
  const other = compiled?.jobs[0];
  if (config === null || other === undefined || errors.length > 0)
    throw new InvalidFile(errors, { [FILE]: file });
  return take(job.plist, other.plist);
}

/** What starts a job by itself stays; how it is started again is the other's. */
function take(plist: PlistDict, other: PlistDict): PlistDict {
  const { KeepAlive: _keepAlive, OnDemand: _onDemand, RunAtLoad: atLoad, ...entries } = plist.entries;
  return dict([
    ...Object.entries(entries),
    // `run_while` takes the start at load back.
    ['RunAtLoad', other.entries['RunAtLoad'] === true ? atLoad : undefined],
    ['KeepAlive', other.entries['KeepAlive']],
    ['ThrottleInterval', other.entries['ThrottleInterval'] ?? entries['ThrottleInterval']],
  ]);
}
