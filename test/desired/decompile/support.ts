import { writeMap } from '../../../src/config/write-yaml.ts';
import { checkDeclaration } from '../../../src/desired/decompile/check.ts';
import { NO_COMMENTS, plistComments } from '../../../src/desired/decompile/comments.ts';
import { decompile } from '../../../src/desired/decompile/decompile.ts';
import {
  type Imported,
  type ImportOptions,
  type InstalledPlist,
  importPlists,
} from '../../../src/desired/decompile/document.ts';
import { dict, isDict, type PlistDict } from '../../../src/model/plist.ts';
import { readPlist } from '../../../src/plist/read.ts';
import { HOST, keys, PLACES } from '../support.ts';

export const AGENT = '/Users/ada/Library/LaunchAgents/com.example.job.plist';

/** A plist with these keys beside Label and a program. */
export function job(entries: Readonly<Record<string, unknown>>): PlistDict {
  const run = 'Program' in entries || 'ProgramArguments' in entries ? {} : { ProgramArguments: ['/bin/x'] };
  return keys({ Label: 'com.example.job', ...run, ...entries });
}

/** The fields that a plist is said in, as YAML without `command: /bin/x`. Fails when they do not come to the same. */
export function said(plist: PlistDict, path = AGENT): string {
  const outcome = decompile(plist, path, HOST, PLACES);
  if (!outcome.ok) return `refused: ${outcome.refusal.code}`;
  const { command, ...fields } = outcome.job.fields.entries;
  const rest = command === '/bin/x' ? fields : { ...fields, command: command ?? '' };
  const shown = dict(Object.entries(rest).filter(([name, value]) => name !== 'command' || value !== ''));
  return writeMap(shown, [], 0, { notes: new Map(), spread: () => 'any' }).join('\n');
}

/** An XML plist as `import` reads it. */
export function installed(xml: string, path: string, withSecrets = false): InstalledPlist {
  const reading = readPlist(new TextEncoder().encode(xml));
  if (!reading.ok || !isDict(reading.value)) throw new Error(`${path}: ${JSON.stringify(reading)}`);
  const { source, value } = reading;
  const comments = source === null ? NO_COMMENTS : plistComments(source, withSecrets);
  return { path, plist: value, comments };
}

export const OPTIONS: ImportOptions = { host: HOST, places: PLACES, withSecrets: false };

/** Imports, and proves once more that the file comes to the plists. */
export function imported(plists: readonly InstalledPlist[], options: Partial<ImportOptions> = {}): Imported {
  const found = importPlists(plists, { ...OPTIONS, ...options });
  if (options.beside === undefined) {
    const host = { ...HOST, env: Object.fromEntries(found.secretValues) };
    const check = checkDeclaration(found.yaml, found.jobs, host, PLACES);
    if (!check.ok) throw new Error(`${JSON.stringify(check)}\n${found.yaml}`);
  }
  return found;
}
