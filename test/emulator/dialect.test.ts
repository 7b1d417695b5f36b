import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Definition, readDefinition } from '../../src/emulator/definition.ts';
import { dialectOf } from '../../src/emulator/dialect.ts';
import type { Job } from '../../src/emulator/job.ts';
import { printDisabled, printDomain } from '../../src/emulator/layout-domain.ts';
import { printService } from '../../src/emulator/layout-service.ts';
import type { SocketPort } from '../../src/emulator/ports.ts';
import { parseDisabled } from '../../src/launchd/print-disabled.ts';
import { parseDomainListing } from '../../src/launchd/print-domain.ts';
import { parseService } from '../../src/launchd/print-service.ts';
import { RELEASES, type Release } from '../../src/launchd/releases.ts';
import { compareView } from '../../src/launchd/view.ts';
import type { Domain } from '../../src/model/domain.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { plist as arbitraryPlists } from '../launchd/arbitrary-plist.ts';
import { jobPlist } from '../support/embedded-world.ts';
import { createMemoryFiles } from '../support/memory-files.ts';
import { createMemoryLaunchctl } from '../support/memory-launchctl.ts';
import { createEngine, definition, type Engine, GUI, LABEL, when } from './support.ts';

/** From a published capture, by scripts/outlines.mjs. */
interface Outline {
  readonly release: Release;
  readonly kind: string;
  /** `start`: the capture was cut; `parts`: its publisher left lines out. */
  readonly extent: 'whole' | 'start' | 'parts';
  readonly source: string;
  readonly keys: readonly string[];
}

const outlines: readonly Outline[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'outlines.json'), 'utf8'),
);
const services = outlines.filter(({ kind }) => kind !== 'the system domain');

/** A job of the same kind as the one that was captured, at the same moment of its life. */
const KINDS: Readonly<Record<string, () => Job>> = {
  'a system daemon with Mach services': () =>
    loaded({ MachServices: when({ a: true }), ProcessType: 'Adaptive', RunAtLoad: true }, 'system'),
  'a crash-looping agent': () =>
    ended({
      KeepAlive: when({ SuccessfulExit: false }),
      WorkingDirectory: '/tmp',
      WatchPaths: ['/tmp/a'],
      ...LOGS,
    }),
  'a calendar agent': () =>
    ended({ RunAtLoad: true, WorkingDirectory: '/tmp', StartCalendarInterval: when({ Hour: 2 }), ...LOGS }),
  'an interval agent': () => ended({ RunAtLoad: true, StartInterval: 900, ...LOGS }),
  'a PathState agent': () =>
    loaded({
      KeepAlive: when({ PathState: when({ '/nowhere': true }) }),
      Program: '/bin/job',
      ProgramArguments: undefined,
    }),
  'a running daemon': () => loaded({ RunAtLoad: true, ...LOGS }, 'system'),
  'a running agent': () => loaded({ KeepAlive: when({ SuccessfulExit: false }), ...LOGS }),
  'a daemon with sockets': () =>
    loaded(
      {
        Program: '/bin/job',
        StandardErrorPath: '/dev/null',
        Sockets: when({ Listeners: when({ SockServiceName: 'ssh' }) }),
      },
      'system',
    ),
  'a WatchPaths agent': () => ended({ RunAtLoad: true, WatchPaths: ['/tmp/a'], ...LOGS }),
};

const LOGS = { StandardOutPath: '/tmp/out.log', StandardErrorPath: '/tmp/err.log' };

/**
 * What captured jobs had and ours cannot have: a signed program, endpoints made at run time, event streams without a trigger, and
 * the throttle and the state that Apple's own daemons have.
 */
const NOT_HERE: Readonly<Record<string, readonly string[]>> = {
  'a running agent': ['LWCR'],
  // Both of its announcement over Bonjour.
  'a daemon with sockets': ['event triggers', 'event channels'],
  'a PathState agent': ['base minimum runtime'],
  'a system daemon with Mach services': [
    'base minimum runtime',
    'dynamic endpoints',
    'event channels',
    'job state',
  ],
};

function loaded(keys: Readonly<Record<string, PlistValue | undefined>>, domain: Domain = GUI): Job {
  return put(createEngine({}, undefined, TWO_SOCKETS), defined(keys), domain);
}

/** As for a port of IPv4 and IPv6: two descriptors, and no connection comes. */
const TWO_SOCKETS: SocketPort = {
  listen: () => ({
    opened: [7, 8].map((fd) => ({ fd, close: () => {}, await: () => {}, rest: () => {} })),
    problems: [],
  }),
  serve: () => ({ opened: [], problems: [] }),
};

/** Has run once and ended with 1. */
function ended(keys: Readonly<Record<string, PlistValue | undefined>>): Job {
  const engine = createEngine();
  const job = put(engine, defined(keys), GUI);
  engine.spawner.end(LABEL, { code: 1 });
  return job;
}

function put(engine: Engine, what: Definition, domain: Domain): Job {
  engine.supervisor.load(what, domain);
  const job = engine.supervisor.find(domain, LABEL);
  if (job === null) throw new Error('not loaded');
  return job;
}

function defined(keys: Readonly<Record<string, PlistValue | undefined>>): Definition {
  const { ProgramArguments = ['/bin/job'], ...rest } = keys;
  if (!('ProgramArguments' in keys)) return definition({ ...rest, ProgramArguments } as Keys);
  return read(dict([['Label', LABEL], ...Object.entries(rest)]));
}

type Keys = Readonly<Record<string, PlistValue>>;

function read(plist: PlistDict): Definition {
  const reading = readDefinition(plist, `/plists/${LABEL}.plist`);
  if (!reading.ok) throw new Error(`refused with ${reading.code}`);
  return reading.definition;
}

function printed(job: Job, release: Release): string {
  return printService(job, {
    dialect: dialectOf(release),
    session: {},
    asid: 1,
    pathExists: () => false,
    holdsEntries: () => false,
  });
}

function domainPrinted(domain: Domain, release: Release, engine: Engine = createEngine()): string {
  return printDomain({
    dialect: dialectOf(release),
    session: {},
    domain,
    jobs: engine.supervisor.list(domain),
    overrides: { 'org.example.off': true },
    uid: 501,
    asid: 1,
    bringUpMs: 1,
    pid: 1,
    subdomains: [],
  });
}

/** Names at depth one, in order. */
function outlineOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^\t([^\t}].*?) =(?: |$)/.exec(line)?.[1] ?? []);
}

describe('the outline of a service, name for name and in order', () => {
  it.each(services)('$kind on macOS $release ($source)', ({ release, kind, extent, keys }) => {
    const make = KINDS[kind];
    if (make === undefined) throw new Error(`no job of the kind “${kind}”`);
    const ours = outlineOf(printed(make(), release));
    // Apple gives some of its own daemons limits of memory; ours print `(unlimited)` without the word.
    const theirs = keys
      .filter((key) => !(NOT_HERE[kind] ?? []).includes(key))
      .map((key) => key.replace(/, (?:soft|hard)\)$/, ')'));
    if (extent === 'whole') expect(ours).toEqual(theirs);
    else if (extent === 'start') expect(ours.slice(0, theirs.length)).toEqual(theirs);
    else expect(ours.filter((key) => theirs.includes(key))).toEqual(theirs);
  });
});

it('prints sockets as captured on macOS 26.5 (documentation of a monitor), but for Bonjour', () => {
  const job = KINDS['a daemon with sockets']?.();
  expect(job && printed(job, 26)).toContain(
    [
      '\tsockets = {',
      '\t\t"Listeners" = {',
      '\t\t\ttype = stream',
      '\t\t\tservice name = ssh',
      '',
      '\t\t\tsockets = {',
      '\t\t\t\t7 (no bytes to read)',
      '\t\t\t\t8 (no bytes to read)',
      '\t\t\t}',
      '',
      '\t\t\tactive = 0',
      '\t\t\tpassive = 1',
      '\t\t\tbonjour = 0',
      '\t\t\tipv4v6 = 0',
      '\t\t\treceive_packet_info = 0',
      '\t\t}',
      '\t}',
      '',
      '\tspawn type = daemon (3)',
    ].join('\n'),
  );
});

describe('the outline of a domain', () => {
  it.each(outlines.filter(({ kind }) => kind === 'the system domain'))(
    '$kind on macOS $release ($source)',
    ({ release, keys }) => {
      expect(outlineOf(domainPrinted('system', release))).toEqual(keys);
    },
  );

  it('a graphical login (notes in shell completions, macOS 15 by its paths)', () => {
    expect(outlineOf(domainPrinted(GUI, 15))).toEqual([
      'type',
      'handle',
      'active count',
      'service count',
      'active service count',
      'creator',
      'creator euid',
      'session',
      'endpoint destination',
      'auxiliary bootstrapper',
      'security context',
      'bringup time',
      'death port',
      'environment',
      'services',
      'unmanaged processes',
      'endpoints',
      'externally-hosted endpoints',
      'task-special ports',
      'disabled services',
      'properties',
    ]);
  });
});

describe('our own reader', () => {
  it('reads any job in every dialect back, and finds it equal to its plist', () => {
    const moment = fc.constantFrom('loaded', 'running', 'ended', 'killed');
    fc.assert(
      fc.property(arbitraryPlists, moment, (plist, now) => {
        const engine = createEngine();
        const job = put(engine, read(dict([['Label', LABEL], ...Object.entries(plist.entries)])), GUI);
        if (now !== 'loaded') engine.supervisor.kickstart(GUI, LABEL, { kill: false }, () => {});
        if (now === 'ended') engine.spawner.end(LABEL, { code: 3 });
        if (now === 'killed') engine.spawner.end(LABEL, { signal: 9 });
        for (const release of RELEASES) {
          const reading = parseService(printed(job, release), { domain: GUI, label: LABEL });
          if (!reading.ok) throw new Error(`macOS ${release}: ${reading.why}`);
          const { path } = job.definition;
          const verdicts = compareView(job.definition.plist, reading.service, { path, domain: GUI });
          expect(verdicts.filter(({ verdict }) => verdict === 'different')).toEqual([]);
          expect(reading.service.runs).toBe(job.runs);
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each(RELEASES)('reads the domains and the overrides of macOS %s', (release) => {
    const engine = createEngine();
    engine.load({ RunAtLoad: true });
    for (const domain of ['system', 'user/501', GUI] as const)
      expect(parseDomainListing(domainPrinted(domain, release, engine), domain)).toMatchObject({
        ok: true,
        listing: { disabled: { 'org.example.off': true } },
      });
    expect(parseDisabled(printDisabled({ 'org.example.off': true }))).toMatchObject({ ok: true });
  });
});

describe('what else differs between the releases', () => {
  it.each(RELEASES)('macOS %s: OSLogRateLimit, bootout --wait', async (release) => {
    const files = createMemoryFiles(501);
    const path = `/Users/tester/Library/LaunchAgents/${LABEL}.plist`;
    files.put(path, writePlist(jobPlist(LABEL, { ProgramArguments: ['/bin/job'] })));
    const port = createMemoryLaunchctl({ files, uid: 501, release });
    await port.call(['bootstrap', GUI, path]);
    const { stdout } = await port.call(['print', `${GUI}/${LABEL}`]);
    expect(stdout.includes('\t\tOSLogRateLimit => 64\n')).toBe(release >= 26);
    const answer = await port.call(['bootout', '--wait', `${GUI}/${LABEL}`]);
    expect(answer).toMatchObject(
      release >= 26
        ? { code: 0, stderr: '' }
        : {
            code: 64,
            stderr:
              'Unrecognized target specifier.\n' +
              'Usage: launchctl bootout <domain-target> [service-path1, service-path2, ...] | <service-target>\n' +
              '<service-target> takes a form of <domain-target>/<service-id>.\n',
          },
    );
    expect(port.loaded(GUI)).toEqual(release >= 26 ? [] : [LABEL]);
  });
});
