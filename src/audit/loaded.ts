import { serviceTarget } from '../launchd/domains.ts';
import { describeLastExit, isBadExit } from '../launchd/last-exit.ts';
import { compareView } from '../launchd/view.ts';
import type { Domain } from '../model/domain.ts';
import type { Service } from '../model/service.ts';
import type { Finding } from './finding.ts';
import type { AuditedJob } from './job.ts';
import type { Description } from './special.ts';

/** A job that launchd has, and the plist that it should come from. */
export interface LoadedJob {
  readonly label: string;
  readonly domain: Domain;
  readonly service: Service;
  /** The plist that has this label; null when no folder of launchd holds one. */
  readonly installed: AuditedJob | null;
  /** Whether the file that launchd names is there. */
  readonly isFileThere: boolean;
  /** How a person calls launchctl in a shell. */
  readonly launchctl: string;
}

/** So many starts, the last of which ended badly, are no accident. */
const MANY_RUNS = 100;

const NO_FILE: Description = {
  code: 'loaded/no-file',
  severity: 'warning',
  title: 'A loaded job without a plist',
  why: 'It runs until the next login or boot, and then nobody knows why it is gone; often it is left over from something removed.',
  bad: '<!-- launchctl submit, or a plist that was deleted and never booted out -->',
  good: '<!-- launchctl bootout gui/$UID/LABEL -->',
};

const MANY: Description = {
  code: 'loaded/many-runs',
  severity: 'warning',
  title: 'A job that is started over and over',
  why: 'launchd never gives up: a program that fails at once is started again and again, and fills its log.',
  bad: '<!-- launchctl print: runs = 4711, last exit code = 1 -->',
  good: '<!-- a program that stays, or a policy that leaves it down -->',
};

const STALE: Description = {
  code: 'loaded/old-definition',
  severity: 'warning',
  title: 'launchd has another definition than the file',
  why: 'launchd keeps what it read when the job was loaded; `kickstart` does not read the file again, the next login does.',
  bad: '<!-- the plist was edited after the job was loaded -->',
  good: '<!-- launchctl bootout, then launchctl bootstrap -->',
};

export const LOADED_RULES: readonly Description[] = [NO_FILE, MANY, STALE];

/** What is wrong with a job as it is loaded now. */
export function judgeLoaded(job: LoadedJob): readonly Finding[] {
  return [noFile(job), manyRuns(job), oldDefinition(job)].filter((finding) => finding !== null);
}

function noFile({ service, isFileThere, installed, ...job }: LoadedJob): Finding | null {
  const bySubmit = service.submitted && /submitted by launchctl/.test(service.path ?? '');
  if (installed !== null || (!bySubmit && (service.submitted || service.path === null || isFileThere)))
    return null;
  const said = bySubmit
    ? 'was made with `launchctl submit` and has no plist'
    : `was loaded from ${service.path}, which is not there any more`;
  return {
    ...blank(NO_FILE, job, null),
    message: `${job.label} ${said}.`,
    fix: `If nobody needs it, end it with \`${job.launchctl} bootout ${serviceTarget(job.domain, job.label)}\`.`,
  };
}

function manyRuns({ service, installed, ...job }: LoadedJob): Finding | null {
  const { runs, lastExit } = service;
  if (runs === null || runs < MANY_RUNS || !isBadExit(lastExit) || lastExit === null) return null;
  return {
    ...blank(MANY, job, installed),
    message: `It was started ${runs} times, and its last run ended with ${describeLastExit(lastExit)}.`,
    fix: 'Look into its log for the reason; until then `launchctl disable` and `bootout` keep it down.',
  };
}

function oldDefinition({ service, installed, ...job }: LoadedJob): Finding | null {
  if (installed === null || installed.path === null || service.submitted) return null;
  const keys = compareView(installed.plist, service, { path: installed.path, domain: job.domain })
    .filter(({ verdict }) => verdict === 'different')
    .map(({ path }) => path[0] ?? '');
  if (keys.length === 0) return null;
  const target = serviceTarget(job.domain, job.label);
  return {
    ...blank(STALE, job, installed),
    message: `What launchd has loaded differs from the file in ${[...new Set(keys)].join(', ')}.`,
    fix:
      installed.isDeclared && installed.declared === null
        ? '`reconcile plan` shows it, and `reconcile apply` reloads it.'
        : `Load it again: \`${job.launchctl} bootout ${target}\`, then \`${job.launchctl} bootstrap ${job.domain} ${installed.path}\`.`,
  };
}

function blank(
  { code, severity, why }: Description,
  { label }: Pick<LoadedJob, 'label'>,
  installed: AuditedJob | null,
): Omit<Finding, 'message' | 'fix'> {
  const path = installed?.path ?? null;
  return {
    code,
    severity,
    why,
    label,
    path,
    line: path === null ? null : 1,
    column: path === null ? null : 1,
    key: null,
    field: installed?.instance ?? null,
    current: null,
    edits: [],
  };
}
