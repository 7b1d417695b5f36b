import { auditJobs } from '../../src/audit/audit.ts';
import { auditedJob } from '../../src/audit/job.ts';
import { mend } from '../../src/audit/mend.ts';
import { compileJobs } from '../../src/desired/compile.ts';
import { checkDeclaration } from '../../src/desired/decompile/check.ts';
import { plistComments } from '../../src/desired/decompile/comments.ts';
import { importPlists } from '../../src/desired/decompile/document.ts';
import { ReconcileError } from '../../src/model/errors.ts';
import { isDict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { equalPlist } from '../../src/plist/equal.ts';
import { type PlistReading, readPlist } from '../../src/plist/read.ts';
import { placeFinder } from '../../src/plist/source.ts';
import { findUnwritable } from '../../src/plist/unwritable.ts';
import { writePlist } from '../../src/plist/write.ts';
import { HOST, parse } from '../config/host.ts';
import { HOST as IMPORT_HOST, PLACES as IMPORT_PLACES } from '../desired/support.ts';
import { PLACES } from '../support/world.ts';
import type { Kind } from './cases.ts';

export type Outcome = 'read' | 'refused';

/** Puts one case through all that is done with such a file. Throws when anything is not as it must be. */
export function judge(kind: Kind, bytes: Uint8Array): Outcome {
  if (kind === 'import') return judgeImport(bytes);
  return kind === 'yaml' ? judgeYaml(new TextDecoder().decode(bytes)) : judgePlist(bytes);
}

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`Not so: ${what}`);
}

function judgePlist(bytes: Uint8Array): Outcome {
  const reading = readPlist(bytes);
  if (!reading.ok) {
    const { message, line, column } = reading.problem;
    expect(message.length > 0 && message.length < 500, 'a problem is told in a sentence');
    expect((line === null) === (column === null), 'line and column come together');
    expect((line ?? 1) >= 1 && (column ?? 1) >= 1, 'they count from 1');
    return 'refused';
  }
  checkPlaces(reading);
  checkWriting(reading.value);
  if (isDict(reading.value)) checkAudit(reading.value, reading);
  return 'read';
}

type Read = Extract<PlistReading, { ok: true }>;

function checkPlaces({ source }: Read): void {
  if (source === null) return;
  const place = placeFinder(source.text);
  for (const start of [
    ...source.doubts.map((doubt) => doubt.start),
    ...source.comments.map((comment) => comment.start),
    ...source.duplicates.flatMap(({ first, second }) => [first, second]),
  ]) {
    expect(start >= 0 && start <= source.text.length, 'what is told lies in the text');
    expect(place(start).column >= 1, 'it has a place');
  }
}

/** What can be written reads back as it is. */
function checkWriting(value: PlistValue): void {
  if (!isDict(value) || findUnwritable(value) !== null) return;
  const again = readPlist(new TextEncoder().encode(writePlist(value)));
  expect(again.ok, 'what we write can be read');
  expect(equalPlist(again.value, value), 'what we write reads back as it was');
}

/** Whatever is found, is mended without harm; and findings are values that can be told. */
function checkAudit(plist: PlistDict, { source }: Read): void {
  const path = '/Users/kim/Library/LaunchAgents/net.example.plist';
  const choice = { ignore: [], request: 'all' } as const;
  const findings = auditJobs([auditedJob(plist, { path, source, isDeclared: false })], choice);
  for (const { code, line, message } of findings) {
    expect(/^[a-z-]+\/[a-z0-9-]+$/.test(code) && message !== '', 'a finding has a code and words');
    expect(line === null || line >= 1, 'and a line');
  }
  const mended = mend(
    plist,
    findings.flatMap(({ edits }) => edits),
  );
  const twin = auditedJob(mended, { path: `${path}.twin`, source: null, isDeclared: false });
  const declared = { ...twin, path: null };
  auditJobs([auditedJob(plist, { path, source, isDeclared: true, declared }), twin], choice);
  checkWriting(mended);
}

/** What is taken over, comes to the plist that it was taken from; and says no secret. */
function judgeImport(bytes: Uint8Array): Outcome {
  const reading = readPlist(bytes);
  if (!reading.ok || !isDict(reading.value) || reading.source === null) return 'refused';
  const { value: plist, source } = reading;
  const comments = plistComments(source, false);
  const path = '/Users/ada/Library/LaunchAgents/net.example.plist';
  const options = { host: IMPORT_HOST, places: IMPORT_PLACES, withSecrets: false };
  const found = importPlists([{ path, plist, comments }], options);
  expect(found.jobs.length + found.refused.length === 1, 'a plist is taken over or refused');
  for (const { refusal } of found.refused) {
    expect(refusal.message !== '' && refusal.hint !== '', 'a refusal says why and what to do');
  }
  const host = { ...IMPORT_HOST, env: Object.fromEntries(found.secretValues) };
  if (found.jobs.length === 0) return 'refused';
  expect(checkDeclaration(found.yaml, found.jobs, host, IMPORT_PLACES).ok, 'it comes to the same plist');
  return 'read';
}

function judgeYaml(text: string): Outcome {
  const { config, diagnostics } = parse(text);
  for (const { code, message } of diagnostics) {
    expect(/^[a-z-]+\/[a-z0-9-]+$/.test(code) && message !== '', 'a diagnostic has a code and words');
  }
  const isBroken = diagnostics.some(({ severity }) => severity === 'error');
  expect((config === null) === isBroken, 'there is a declaration exactly when there is no error');
  if (config === null) return 'refused';
  try {
    const compiled = compileJobs(config, HOST, PLACES);
    const jobs = compiled.jobs.map((job) => {
      expect(findUnwritable(job.plist) === null, 'what is compiled can be written');
      checkWriting(job.plist);
      return auditedJob(job.plist, { path: null, source: null, isDeclared: true, place: job.place });
    });
    auditJobs(jobs, { ignore: [], request: 'all' });
    return compiled.diagnostics.some(({ severity }) => severity === 'error') ? 'refused' : 'read';
  } catch (error) {
    if (error instanceof ReconcileError) return 'refused';
    throw error;
  }
}
