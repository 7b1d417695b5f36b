import type { Domain } from '../model/domain.ts';
import { NOT_NOW, type Reply, type Request } from './address.ts';
import { logIn, type PassedOver } from './boot.ts';
import type { Job } from './job.ts';
import { domainsOf, type Launchd } from './launchd-state.ts';
import { complaint, output } from './reply.ts';
import type { World } from './world.ts';

/** What an event in the life of the machine has done: one line of JSON. Labels are in the order of loading. */
export interface LifeReport {
  readonly event: 'boot' | 'login' | 'logout' | 'sleep' | 'wake' | 'mount' | 'on-demand-only' | 'on-demand';
  readonly pid: number;
  /** What it was about; null: the whole machine. */
  readonly domain: Domain | null;
  /** Loaded in that domain now, or in all. */
  readonly loaded: readonly string[];
  /** Started by the event. */
  readonly started: readonly string[];
  /** To be started, and waiting for the throttle. */
  readonly waiting: readonly string[];
  readonly passed_over: readonly PassedOver[];
  /** Jobs that were taken out. */
  readonly ended: readonly string[];
}

/** What these events need beside the state of launchd. */
export interface LifeSources {
  readonly world: World;
  readonly mounts: { tell(): void };
  /** Once, to whoever has asked for the boot that this daemon began with: what it passed over. Null to all others. */
  takeBoot(): readonly PassedOver[] | null;
}

/**
 * The verbs of ours for what happens to a machine: boot, login, logout, sleep, wake, a mount, and the on-demand-only mode of a
 * domain. One after the other, so that a login waits for the end of a logout. What cannot be as things stand is NOT_NOW, with a
 * sentence, and a second one about what to do.
 */
export function lifeVerbs(launchd: Launchd, sources: LifeSources): (request: Request) => Promise<Reply> {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const reply = last.then(() => runEvent(launchd, sources, request.argv));
    last = reply.catch(() => {});
    return reply;
  };
}

function runEvent(launchd: Launchd, sources: LifeSources, argv: readonly string[]): Reply | Promise<Reply> {
  const [verb, ...args] = argv;
  switch (verb) {
    case 'embedded-boot':
      return boot(launchd, sources);
    case 'embedded-login':
      return login(launchd, sources);
    case 'embedded-logout':
      return logout(launchd);
    case 'embedded-sleep':
      return sleep(launchd, true);
    case 'embedded-wake':
      return sleep(launchd, false);
    case 'embedded-mount':
      return mount(launchd, sources, args);
    default:
      return onDemandOnly(launchd, args);
  }
}

function boot(launchd: Launchd, sources: LifeSources): Reply {
  const passedOver = sources.takeBoot();
  if (passedOver === null)
    return complaint(
      NOT_NOW,
      'The embedded launchd is running already.',
      '`reconcile embedded reboot` ends everything and begins anew.',
    );
  const jobs = launchd.supervisor.list('system');
  return tell(launchd, { event: 'boot', domain: 'system', started: hasRun(jobs), passed_over: passedOver });
}

function login(launchd: Launchd, sources: LifeSources): Reply {
  const gui = guiOf(launchd);
  sources.takeBoot();
  if (launchd.login.isThere)
    return complaint(NOT_NOW, `There is a login already: ${gui}.`, '`reconcile embedded logout` ends it.');
  launchd.log(`login: ${gui}`);
  const passedOver = logIn(launchd, sources.world);
  return tell(launchd, {
    event: 'login',
    domain: gui,
    started: hasRun(launchd.supervisor.list(gui)),
    passed_over: passedOver,
  });
}

/** The domain is gone at once for all who ask; its jobs are when their processes have ended. Daemons stay. */
async function logout(launchd: Launchd): Promise<Reply> {
  const { supervisor } = launchd;
  const gui = guiOf(launchd);
  if (!launchd.login.isThere)
    return complaint(NOT_NOW, 'Nobody is logged in.', '`reconcile embedded login` begins a session.');
  launchd.log(`logout: ${gui}`);
  const ended = labels(supervisor.list(gui));
  launchd.login.isThere = false;
  supervisor.onDemandOnly(gui, false);
  await new Promise<void>((resolve) => supervisor.endDomain(gui, resolve));
  launchd.session.forget(gui);
  return tell(launchd, { event: 'logout', domain: gui, ended });
}

function sleep(launchd: Launchd, asleep: boolean): Reply {
  const { supervisor } = launchd;
  if (supervisor.holds.asleep === asleep)
    return asleep
      ? complaint(NOT_NOW, 'The machine is asleep already.', '`reconcile embedded wake` wakes it.')
      : complaint(NOT_NOW, 'The machine is awake.', '`reconcile embedded sleep` puts it to sleep.');
  launchd.log(asleep ? 'the machine sleeps' : 'the machine wakes');
  return release(launchd, null, asleep ? 'sleep' : 'wake', () => supervisor.sleep(asleep));
}

function mount(launchd: Launchd, { mounts }: LifeSources, args: readonly string[]): Reply {
  const [path, ...more] = args;
  if (more.length > 0) return complaint(64, 'A mount has one path at most.');
  if (path !== undefined && launchd.disk.inspect(path)?.kind !== 'folder')
    return complaint(
      64,
      `${path} is no folder, so nothing can be mounted there.`,
      'Give a folder that exists, or none at all.',
    );
  launchd.log(`a file system is mounted${path === undefined ? '' : ` at ${path}`}`);
  return release(launchd, null, 'mount', mounts.tell);
}

function onDemandOnly(launchd: Launchd, args: readonly string[]): Reply {
  const { supervisor } = launchd;
  const [word, name = guiOf(launchd), ...more] = args;
  if ((word !== 'on' && word !== 'off') || more.length > 0)
    return complaint(64, 'On-demand-only mode is `on` or `off`, for one domain.');
  const domain = domainsOf(launchd).find((known) => known === name);
  if (domain === undefined)
    return complaint(
      NOT_NOW,
      `There is no domain ${name} here now.`,
      `There are: ${domainsOf(launchd).join(', ')}.`,
    );
  const on = word === 'on';
  launchd.log(`${domain} ${on ? 'is in on-demand-only mode' : 'leaves on-demand-only mode'}`);
  return release(launchd, domain, on ? 'on-demand-only' : 'on-demand', () =>
    supervisor.onDemandOnly(domain, on),
  );
}

/** Does it, and tells which jobs have started for it, and which wait for their throttle. */
function release(
  launchd: Launchd,
  domain: Domain | null,
  event: LifeReport['event'],
  act: () => void,
): Reply {
  const jobs = allJobs(launchd, domain);
  const runs = new Map(jobs.map((job) => [job, job.runs]));
  const waited = new Set(jobs.filter((job) => job.phase.kind === 'scheduled'));
  act();
  return tell(launchd, {
    event,
    domain,
    started: labels(jobs.filter((job) => job.runs > (runs.get(job) ?? 0) || isStarting(job))),
    waiting: labels(jobs.filter((job) => job.phase.kind === 'scheduled' && !waited.has(job))),
  });
}

function tell(launchd: Launchd, told: Pick<LifeReport, 'event' | 'domain'> & Partial<LifeReport>): Reply {
  const report: LifeReport = {
    event: told.event,
    pid: launchd.pid,
    domain: told.domain,
    loaded: labels(allJobs(launchd, told.domain)),
    started: told.started ?? [],
    waiting: told.waiting ?? [],
    passed_over: told.passed_over ?? [],
    ended: told.ended ?? [],
  };
  return output(`${JSON.stringify(report)}\n`);
}

function allJobs(launchd: Launchd, domain: Domain | null): readonly Job[] {
  return (domain === null ? domainsOf(launchd) : [domain]).flatMap((one) => launchd.supervisor.list(one));
}

const labels = (jobs: readonly Job[]): readonly string[] => jobs.map((job) => job.definition.label);

const hasRun = (jobs: readonly Job[]): readonly string[] =>
  labels(jobs.filter((job) => job.runs > 0 || isStarting(job)));

/** Hundreds of processes are made a few at a time. */
const isStarting = (job: Job): boolean => job.phase.kind === 'spawning';

const guiOf = (launchd: Launchd): Domain => `gui/${launchd.accounts.self.uid}`;
