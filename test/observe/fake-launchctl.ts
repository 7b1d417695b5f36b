import type { PlistDict } from '../../src/model/plist.ts';
import type { CallResult, Launchctl } from '../../src/sys/ports.ts';
import { IDLE, renderService } from '../launchd/render-service.ts';

export interface FakeJob {
  readonly plist: PlistDict;
  readonly path: string;
  readonly pid: number | null;
}

export interface FakeAnswers {
  /** By domain, then label. Domains that are missing do not exist. */
  readonly domains: Readonly<Record<string, Readonly<Record<string, FakeJob>>>>;
  readonly disabled?: Readonly<Record<string, boolean>>;
  /** Leaves the disabled block out of `print DOMAIN`, as old systems do. */
  readonly disabledApart?: boolean;
  /** Answers instead, by the joined arguments. */
  readonly instead?: Readonly<Record<string, Partial<CallResult>>>;
}

/** A launchctl that only answers questions, in launchd's words, from what it is given; it counts what it is asked. */
export interface FakeLaunchctl extends Launchctl {
  readonly asked: string[];
  /** Most questions under way at once. */
  most: number;
}

export function createFakeLaunchctl(given: FakeAnswers): FakeLaunchctl {
  let now = 0;
  const fake: FakeLaunchctl = {
    asked: [],
    most: 0,
    async call(args) {
      fake.asked.push(args.join(' '));
      now += 1;
      fake.most = Math.max(fake.most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return reply(given, args);
    },
  };
  return fake;
}

function reply(given: FakeAnswers, [verb = '', target = '']: readonly string[]): CallResult {
  const other = given.instead?.[`${verb} ${target}`];
  if (other !== undefined) return { code: 0, stdout: '', stderr: '', timedOut: false, ...other };
  const parts = target.split('/');
  const label = target.startsWith('system') ? parts[1] : parts[2];
  const domain = label === undefined ? target : target.slice(0, -label.length - 1);
  const jobs = given.domains[domain];
  if (jobs === undefined) return refused(112, `Could not find domain for ${domain}`);
  if (verb === 'print-disabled') return said(`disabled services = {\n${overrides(given)}}\n`);
  if (label === undefined) return said(listing(given, domain, jobs));
  const job = jobs[label];
  if (job === undefined) return refused(113, `Could not find service "${label}" in domain for ${domain}`);
  const moment = job.pid === null ? IDLE : { ...IDLE, state: 'running', pid: job.pid, runs: 1 };
  return said(renderService(target, job.path, job.plist, moment));
}

function listing(given: FakeAnswers, domain: string, jobs: Readonly<Record<string, FakeJob>>): string {
  const rows = Object.entries(jobs).map(
    ([name, job]) => `\t\t${String(job.pid ?? 0).padStart(8)}      - \t${name}\n`,
  );
  const disabled = given.disabledApart === true ? '' : `\n\tdisabled services = {\n${overrides(given)}\t}\n`;
  return `${domain} = {\n\ttype = login\n\tservices = {\n${rows.join('')}\t}\n${disabled}}\n`;
}

function overrides(given: FakeAnswers): string {
  return Object.entries(given.disabled ?? {})
    .map(([label, off]) => `\t\t"${label}" => ${off ? 'disabled' : 'enabled'}\n`)
    .join('');
}

function said(stdout: string): CallResult {
  return { code: 0, stdout, stderr: '', timedOut: false };
}

function refused(code: number, message: string): CallResult {
  return { code, stdout: '', stderr: `${message}\n`, timedOut: false };
}
