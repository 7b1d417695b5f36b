import { readFileSync } from 'node:fs';
import type { Finding } from '../audit/finding.ts';
import type { AuditedJob } from '../audit/job.ts';
import { mend } from '../audit/mend.ts';
import type { Edit } from '../audit/rule.ts';
import { mendYaml } from '../config/mend.ts';
import { wrap } from '../launchd/wrapper.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import { writePlist } from '../plist/write.ts';
import type { Subject } from './audit-subject.ts';
import type { Context } from './context.ts';

/** Prints one plist or reconcile file with every mistake mended that can be mended without a decision. */
export function printMended(
  { jobs, unreadable }: Subject,
  findings: readonly Finding[],
  context: Context,
): ExitCode {
  const files = new Set(jobs.map(({ path, place }) => path ?? place?.file ?? ''));
  const [file] = files;
  const [job] = jobs;
  if (files.size !== 1 || file === undefined || job === undefined || unreadable.length > 0)
    throw new ReconcileError(
      'usage/fix',
      '`audit --fix` prints one corrected file, and wants one that can be read.',
      {
        hint: 'Run `reconcile audit --fix PATH` with the path of one plist, or of one reconcile file.',
        exitCode: EXIT.usage,
      },
    );
  const { text, left } = job.path === null ? mendedFile(file, jobs, findings) : mendedPlist(job, findings);
  context.terminal.raw(text);
  if (left > 0)
    context.terminal.note(
      `${left === 1 ? 'One finding needs' : `${left} findings need`} a decision of yours; \`reconcile audit ${file}\` tells.`,
    );
  return EXIT.ok;
}

interface Mended {
  readonly text: string;
  /** Findings that are still there. */
  readonly left: number;
}

function mendedPlist(job: AuditedJob, findings: readonly Finding[]): Mended {
  const comments = job.source?.comments.map(({ text }) => text.trim()) ?? [];
  const edits = findings.flatMap((finding) => finding.edits);
  const mended = mend(job.plist, edits);
  const whole = job.reads === null ? mended : (wrap(mended, job.label ?? '', job.reads) ?? mended);
  return {
    text: writePlist(whole, comments),
    left: findings.filter((finding) => finding.edits.length === 0).length,
  };
}

function mendedFile(file: string, jobs: readonly AuditedJob[], findings: readonly Finding[]): Mended {
  const instances = new Map(jobs.map(({ label, instance }) => [label, instance]));
  let text = readFileSync(file, 'utf8');
  let left = 0;
  for (const { label, edits } of findings) {
    const instance = instances.get(label) ?? null;
    const next = instance === null ? null : withEdits(text, instance, edits);
    if (next === null) left += 1;
    else text = next;
  }
  return { text, left };
}

/** Null when one of the edits cannot be made: half a mend is none. */
function withEdits(text: string, instance: string, edits: readonly Edit[]): string | null {
  if (edits.length === 0) return null;
  return edits.reduce<string | null>((before, edit) => {
    if (before === null || edit.op === 'rename') return null;
    const { value } = edit.op === 'set' ? edit : { value: undefined };
    if (typeof value === 'object') return null;
    for (const path of fieldsFor(edit.path)) {
      const after = mendYaml(before, { instance, path, ...(value === undefined ? {} : { value }) });
      if (after !== null) return after;
    }
    return null;
  }, text);
}

/** The field that writes a key, and the key itself below `launchd`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  EnvironmentVariables: ['environment'],
  KeepAlive: ['restart'],
  RunAtLoad: ['start', 'at_load'],
  Umask: ['umask'],
};

function fieldsFor(path: readonly (string | number)[]): readonly (readonly string[])[] {
  const [key = '', ...rest] = path.map(String);
  const field = FIELDS[key];
  const raw = ['launchd', key, ...rest];
  // A member of KeepAlive is not a member of `restart`.
  return field === undefined || (key === 'KeepAlive' && rest.length > 0) ? [raw] : [[...field, ...rest], raw];
}
