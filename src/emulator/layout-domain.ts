import { sessionType } from '../launchd/domains.ts';
import type { Domain } from '../model/domain.ts';
import type { Dialect } from './dialect.ts';
import type { Variables } from './environment.ts';
import { type Job, pidOf } from './job.ts';
import { block, type Line, render } from './layout.ts';
import { listStatus } from './layout-list.ts';
import { variables } from './layout-service.ts';

export interface DomainFacts {
  readonly dialect: Dialect;
  readonly domain: Domain;
  /** What `launchctl setenv` has set there. */
  readonly session: Variables;
  readonly jobs: readonly Job[];
  /** Label → true when disabled. */
  readonly overrides: Readonly<Record<string, boolean>>;
  readonly uid: number;
  readonly asid: number;
  readonly bringUpMs: number;
  readonly pid: number;
  /** Names of the other domains, below `system`. */
  readonly subdomains: readonly string[];
}

/**
 * `launchctl print DOMAIN` (facts §4.2): the system domain and the graphical login have captures; the user domain, of which
 * there is none, is printed like the login, less what only a login has.
 */
export function printDomain(facts: DomainFacts): string {
  const { domain, jobs } = facts;
  const active = jobs.filter((job) => pidOf(job) !== null).length;
  const kind = kindOf(domain);
  const lines: Line[] = [
    `type = ${kind}`,
    `handle = ${kind === 'system' ? 0 : kind === 'login' ? facts.asid : facts.uid}`,
    `active count = ${jobs.length + 1}`,
    `service count = ${jobs.length}`,
    `active service count = ${active}`,
    ...(kind === 'system' ? systemOnly(facts.dialect) : []),
    `creator = launchd[${facts.pid}]`,
    'creator euid = 0',
    ...(kind === 'system' ? [] : [`session = ${sessionType(domain)}`]),
    ...(kind === 'login' ? [`endpoint destination = com.apple.xpc.launchd.domain.user.${facts.uid}`] : []),
    ...(kind === 'user' ? [] : [`auxiliary bootstrapper = com.apple.xpc.${BOOTSTRAPPER[kind]} (complete)`]),
    block(
      'security context',
      kind === 'system'
        ? ['uid unset', 'asid = 0']
        : [`uid = ${facts.uid}`, `asid = ${kind === 'login' ? facts.asid : 0}`],
    ),
    '',
    `bringup time = ${facts.bringUpMs} ms`,
    'death port = 0x0',
    ...(kind === 'system'
      ? [block('subdomains', facts.subdomains)]
      : ['', block('environment', variables(Object.entries(facts.session)))]),
    '',
    block('services', jobs.map(serviceRow)),
    '',
    block('unmanaged processes', []),
    '',
    block('endpoints', []),
    '',
    ...(kind === 'login' ? [block('externally-hosted endpoints', []), ''] : []),
    block('task-special ports', []),
    ...(kind === 'system' && facts.dialect.trialFactors ? [block('attractive services', [])] : []),
    '',
    block('disabled services', overrideRows(facts.overrides)),
    '',
    `properties = ${PROPERTIES[kind]}`,
  ];
  return render(block(domain, lines));
}

type Kind = 'system' | 'login' | 'user';

const kindOf = (domain: Domain): Kind =>
  domain === 'system' ? 'system' : domain.startsWith('gui/') ? 'login' : 'user';

/** What brings the jobs of the folders in; the embedded launchd does it itself. */
const BOOTSTRAPPER = { system: 'smd', login: 'otherbsd' } as const;

const PROPERTIES: Readonly<Record<Kind, string>> = {
  system: 'uncorked | audit check done | bootcache hack',
  login: 'gui | gui login',
  user: '',
};

function systemOnly(dialect: Dialect): readonly Line[] {
  return [
    'maximum allowed shutdown time = 65 s',
    block('service stats', ['com.apple.launchd.service-stats-default (4096 records)']),
    ...(dialect.trialFactors ? ['trial factor reloads = 0', block('trial factors', [])] : []),
  ];
}

/** `launchctl print-disabled DOMAIN` of macOS 13 and later: begins with an empty line (facts §4.3). */
export function printDisabled(overrides: Readonly<Record<string, boolean>>): string {
  return `\n${render(block('disabled services', overrideRows(overrides)), 1)}`;
}

function serviceRow(job: Job): string {
  const pid = String(pidOf(job) ?? 0).padStart(8);
  const { lastExit } = job;
  return `${pid} ${(lastExit === null ? '-' : String(listStatus(lastExit))).padStart(6)} \t${job.definition.label}`;
}

function overrideRows(overrides: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(overrides).map(
    ([label, disabled]) => `"${label}" => ${disabled ? 'disabled' : 'enabled'}`,
  );
}
