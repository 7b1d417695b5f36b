import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDisabled } from '../../src/launchd/print-disabled.ts';
import { parseDomainListing } from '../../src/launchd/print-domain.ts';
import { parseService } from '../../src/launchd/print-service.ts';
import { compareView } from '../../src/launchd/view.ts';
import type { Domain } from '../../src/model/domain.ts';
import { isDict } from '../../src/model/plist.ts';
import { readPlist } from '../../src/plist/read.ts';

/** Answers of launchctl that `npm run contract:fixtures` took from a recorded run: texts, and an index of what they are. */

/** In `index.json`. */
export interface CapturedIndex {
  readonly source: {
    readonly launchd: string;
    readonly os: string;
    readonly arch: string;
    readonly recorded: string;
  };
  readonly captures: readonly Captured[];
}

export interface Captured {
  /** The text, beside the index. */
  readonly file: string;
  readonly kind: 'service' | 'domain' | 'disabled' | 'list' | 'list-label';
  /** As it was asked for. */
  readonly args: readonly string[];
  /** Of a service: the plist that was loaded, as XML, and its path; null for what was there already. */
  readonly loaded: { readonly plist: string; readonly path: string } | null;
  readonly reading: Reading;
}

/** What our readers make of a text. A text that they do not understand is kept all the same: it is what is to be learnt. */
export interface Reading {
  /** Null: understood. */
  readonly why: string | null;
  /** Keys of the plist that print seems to contradict. */
  readonly different: readonly string[];
}

/** @param text of launchctl, of this kind and for these arguments */
export function readCaptured(
  { kind, args, loaded }: Pick<Captured, 'kind' | 'args' | 'loaded'>,
  text: string,
): Reading {
  const understood: Reading = { why: null, different: [] };
  const target = args[1] ?? '';
  switch (kind) {
    case 'service': {
      const cut = target.startsWith('system/')
        ? 'system'.length
        : target.indexOf('/', target.indexOf('/') + 1);
      const domain = target.slice(0, cut) as Domain;
      const reading = parseService(text, { domain, label: target.slice(cut + 1) });
      if (!reading.ok) return { why: reading.why, different: [] };
      const plist = loaded === null ? null : readPlist(new TextEncoder().encode(loaded.plist));
      if (loaded === null || plist === null || !plist.ok || !isDict(plist.value)) return understood;
      const verdicts = compareView(plist.value, reading.service, { path: loaded.path, domain });
      const different = verdicts
        .filter(({ verdict }) => verdict === 'different')
        .map(({ path }) => path.join('.'));
      return { why: null, different };
    }
    case 'domain': {
      const reading = parseDomainListing(text, target as Domain);
      return reading.ok ? understood : { why: reading.why, different: [] };
    }
    case 'disabled': {
      const reading = parseDisabled(text);
      return reading.ok ? understood : { why: reading.why, different: [] };
    }
    case 'list':
    case 'list-label':
      // Nothing of ours reads them; they are there for the printer of the embedded launchd.
      return understood;
  }
}

/** Folders with captures, by name. */
export function capturedFolders(parent: string): readonly string[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => existsSync(join(parent, name, 'index.json')))
    .sort();
}

/** What does not hold of a folder of captures: a text that is missing or foreign, or one that reads otherwise than noted. */
export function problemsOf(folder: string): readonly string[] {
  const index: CapturedIndex = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
  const problems: string[] = [];
  for (const captured of index.captures) {
    const path = join(folder, captured.file);
    if (!existsSync(path)) {
      problems.push(`${captured.file} is missing`);
      continue;
    }
    const seen = readCaptured(captured, readFileSync(path, 'utf8'));
    if (JSON.stringify(seen) !== JSON.stringify(captured.reading))
      problems.push(
        `${captured.file} reads as ${JSON.stringify(seen)}, noted was ${JSON.stringify(captured.reading)}`,
      );
  }
  const known = new Set(['index.json', 'refusals.json', ...index.captures.map(({ file }) => file)]);
  for (const name of readdirSync(folder)) if (!known.has(name)) problems.push(`${name} is not in the index`);
  return problems;
}
