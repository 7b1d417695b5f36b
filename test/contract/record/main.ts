import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { CapturedIndex } from '../../launchd/captured.ts';
import { answerQuestions, answersToText } from './answers.ts';
import { type Capture, capturesOf, refusalsOf } from './captures.ts';
import { findRuns, type Run, RunRefused, readRun } from './run.ts';

/** `npm run contract:fixtures -- FOLDER [--into FOLDER]`: what it says, and its exit status (0; 64 usage; 65 a folder that is no run). */
export interface Said {
  readonly out: string;
  readonly error: string;
  readonly code: 0 | 64 | 65;
}

const USAGE = `Usage: npm run contract:fixtures -- FOLDER [--into FOLDER]

FOLDER holds one or more recorded runs of the contract suite: that of RECONCILE_CONTRACT_RECORD, or an artifact of the
workflow, unpacked. Prints each open question with its answer, and writes the texts as fixtures, by default to
test/launchd/fixtures/captured, where test/launchd/captured.test.ts reads them. See docs/design/contract.md.`;

/**
 * @param argv after the name of the command
 * @param repository its root
 * @param cwd what a relative path is relative to
 */
export function main(argv: readonly string[], repository: string, cwd: string): Said {
  const [folder, option, into, ...more] = argv;
  if (folder === '--help' || folder === '-h') return { out: USAGE, error: '', code: 0 };
  const isWrong = option === undefined ? false : option !== '--into' || into === undefined || more.length > 0;
  if (folder === undefined || folder.startsWith('-') || isWrong) return { out: '', error: USAGE, code: 64 };
  try {
    const target = into === undefined ? null : resolve(cwd, into);
    const texts = findRuns(resolve(cwd, folder)).map((path) =>
      takeOver(readRun(path), target, repository, cwd),
    );
    return { out: texts.join('\n\n'), error: '', code: 0 };
  } catch (error) {
    if (!(error instanceof RunRefused)) throw error;
    return { out: '', error: error.message, code: 65 };
  }
}

function takeOver(run: Run, into: string | null, repository: string, cwd: string): string {
  const parts = [answersToText(run, answerQuestions(run))];
  const failed = run.results.filter(({ outcome }) => outcome === 'failed' || outcome === 'unfinished');
  if (failed.length > 0)
    parts.push(
      `What differs from what is known (${failed.length} of ${run.results.length} scenarios):`,
      ...failed.map(({ scenario, message, outcome }) => `! ${scenario}\n    ${oneLine(message ?? outcome)}`),
    );
  // Our own words prove nothing about a Mac.
  if (run.about.launchd === 'embedded' && into === null)
    parts.push(
      'No fixtures are written: the embedded launchd has answered, not a Mac. With --into FOLDER they are.',
    );
  else {
    const parent = into ?? join(repository, 'test/launchd/fixtures/captured');
    parts.push(writeFixtures(run, join(parent, nameOf(run)), cwd));
  }
  return parts.join('\n');
}

function oneLine(message: string): string {
  const [first = ''] = message.split('\n');
  return first.length > 200 ? `${first.slice(0, 200)}…` : first;
}

/** `macos-15.5`, `embedded-as-macos-27`. */
function nameOf({ about }: Run): string {
  return about.os
    .replace(/ \([^)]*\)$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-');
}

/** Writes the texts, and what they are; fixtures of an earlier run of the same release are replaced. */
function writeFixtures(run: Run, folder: string, cwd: string): string {
  const { launchd, os, arch, recorded } = run.about;
  const captures = capturesOf(run);
  const refusals = refusalsOf(run);
  const index: CapturedIndex = {
    source: { launchd, os, arch, recorded },
    captures: captures.map(({ text: _, ...captured }) => captured),
  };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { file, text } of captures) writeFileSync(join(folder, file), text);
  for (const [name, value] of [
    ['index.json', index],
    ['refusals.json', refusals],
  ] as const)
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  const lines = [
    `${captures.length} texts and ${refusals.length} refusals are written to ${relative(cwd, folder) || folder}.`,
    ...captures.flatMap(complaintsOf),
  ];
  return lines.join('\n');
}

function complaintsOf({ file, reading: { why, different } }: Capture): readonly string[] {
  if (why !== null) return [`! ${file} is not understood by our reader: ${why}`];
  return different.length === 0
    ? []
    : [`! ${file} seems to contradict the plist that was loaded: ${different.join(', ')}`];
}
