import type { ReconcileError } from '../../model/errors.ts';
import { isDict, type PlistDict } from '../../model/plist.ts';
import { COULD_NOT_START, type Finding } from '../../plan/finding.ts';
import { judgeRequirements, whyEnded } from '../../plan/requirements.ts';
import { readPlist } from '../../plist/read.ts';
import { realLooker } from '../../sys/look.ts';
import type { Files } from '../../sys/ports.ts';
import { lookAtRequirements, runnerOf } from '../../sys/requirements.ts';
import { refuse } from '../failure.ts';
import type { LoadTarget, Refusal } from './refusal.ts';

/**
 * What keeps launchd from starting a job whose plist lies there: what is behind an exit code 78 (facts §2.4). Null: nothing
 * was found by looking.
 */
export async function findStartProblem(files: Files, job: LoadTarget, name: string): Promise<Finding | null> {
  const plist = await readDict(files, job.path);
  if (plist === null) return null;
  const uid = process.getuid?.() ?? 0;
  const runner = runnerOf(job.domain, plist, { uid, startsAsOthers: uid === 0 });
  const needs = await lookAtRequirements(plist, runner, realLooker);
  return whyEnded(judgeRequirements(needs, name), needs, { code: COULD_NOT_START });
}

/** What launchd would start, if it started it. */
export async function ofStart({ means, job, call }: Refusal): Promise<ReconcileError | null> {
  const problem = await findStartProblem(means.ports.files, job, job.label);
  return problem === null ? null : refuse('job/cannot-start', `${call}: ${problem.cause}.`, problem.hint);
}

/** Null: it cannot be read, or is no dictionary. */
export async function readDict(files: Files, path: string): Promise<PlistDict | null> {
  const bytes = await files.read(path).catch(() => null);
  const reading = bytes === null ? null : readPlist(bytes);
  return reading?.ok === true && isDict(reading.value) ? reading.value : null;
}
