import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/apply/apply.ts';
import { savePlan } from '../../src/commands/saved-plan.ts';
import { checkLabel } from '../../src/launchd/domains.ts';
import type { Domain, Places } from '../../src/model/domain.ts';
import { ReconcileError } from '../../src/model/errors.ts';
import type { Job } from '../../src/model/job.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Action, Change, Plan } from '../../src/model/plan.ts';
import { dict } from '../../src/model/plist.ts';
import { observe } from '../../src/observe/observe.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { markerComments } from '../../src/plist/marker.ts';
import { writePlist } from '../../src/plist/write.ts';
import { planToJson } from '../../src/report/plan-json.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { realFiles } from '../../src/sys/files.ts';
import { createJournal } from '../../src/sys/journal.ts';
import { createLedgerStore } from '../../src/sys/ledger.ts';
import type { Ports } from '../../src/sys/ports.ts';
import { createPatientClock } from '../support/patient-clock.ts';
import { createScriptedLaunchctl, type ScriptedLaunchctl } from '../support/scripted-launchctl.ts';
import { simulatePlan } from '../support/simulate.ts';
import { EMPTY_WORLD, OPTIONS, observeWorld, plistOf, job as testJob } from '../support/world.ts';

/** What must never happen (issue 3, item 13), tried from states and plans that nobody should ever bring about. */

const uid = process.getuid?.() ?? 501;
const GUI: Domain = `gui/${uid}`;
const DOMAINS: readonly Domain[] = [GUI, 'system'];

/** Labels as they are, and as they must never be taken. The files check would refuse most of these long before. */
const GOOD = ['com.example.a', 'com.example.b', 'com.example.c'] as const;
const HOSTILE = [
  'com.apple.finder',
  'COM.APPLE.Finder',
  'com.apple',
  '',
  '/',
  '..',
  '../../victim',
  'a/b',
  `gui/${uid}`,
  'system',
  '-k',
  'a b',
  'a\nb',
  '.hidden',
] as const;
const label = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...GOOD) }, fc.constantFrom(...HOSTILE));
const domain = fc.constantFrom(...DOMAINS);
const isGood = (name: string): boolean => GOOD.some((each) => each === name);

const APPLE = /^com\.apple(\.|$)/i;
const CHANGING = [
  'bootstrap',
  'bootout',
  'enable',
  'disable',
  'kickstart',
  'kill',
  'load',
  'unload',
  'remove',
  'submit',
  'reboot',
  'config',
];

/** Everything in a folder, by path: kind, mode, content. */
function snapshot(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const kind = entry.isSymbolicLink() ? 'link' : entry.isDirectory() ? 'folder' : 'file';
    const content = kind === 'file' ? readFileSync(path, 'latin1') : '';
    const mode = kind === 'link' ? '' : (statSync(path).mode & 0o7777).toString(8);
    found.set(relative(folder, path), `${kind} ${mode} ${content}`);
  }
  return found;
}

interface Stage {
  readonly folder: string;
  readonly places: Places;
  readonly launchctl: ScriptedLaunchctl;
  readonly ports: Ports;
  readonly victim: string;
}

async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-never-')));
  try {
    const places: Places = {
      launchd: 'system',
      launchctl: '/bin/launchctl',
      userAgents: join(folder, 'home/LaunchAgents'),
      globalAgents: join(folder, 'root/LaunchAgents'),
      daemons: join(folder, 'root/LaunchDaemons'),
      userState: join(folder, 'state'),
      systemState: join(folder, 'state'),
      systemNeedsRoot: false,
    };
    for (const path of [places.userAgents, places.globalAgents, places.daemons, join(folder, 'elsewhere')])
      mkdirSync(path, { recursive: true, mode: 0o755 });
    // What a link leads to, or a label used as a path would reach.
    for (const name of ['elsewhere/victim.plist', 'victim.plist', 'home/victim.plist'])
      writeFileSync(join(folder, name), writePlist(plistOf('com.example.victim')));
    const clock = createPatientClock();
    const launchctl = createScriptedLaunchctl(clock, GUI);
    const ledger = createLedgerStore(places, realFiles, uid);
    const journal = createJournal(places, realFiles, launchctl.processes, uid);
    const ports: Ports = {
      launchctl,
      files: realFiles,
      clock,
      processes: launchctl.processes,
      ledger,
      journal,
    };
    await play({ folder, places, launchctl, ports, victim: join(folder, 'elsewhere/victim.plist') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** No call may name a whole domain, a job of macOS, or one that is not in this list. */
function judgeCalls(launchctl: ScriptedLaunchctl, submitted: ReadonlySet<string>, verbs = CHANGING): void {
  for (const call of launchctl.calls) {
    const [verb = '', ...rest] = call.split(' ');
    if (!CHANGING.includes(verb)) {
      expect(['print', 'print-disabled']).toContain(verb);
      continue;
    }
    changing += 1;
    const target = rest.at(-1) ?? '';
    if (verb === 'bootstrap') {
      expect(rest).toHaveLength(2);
      expect(rest[0]).toMatch(/^(system|(gui|user)\/\d+)$/);
      expect(target.split('/').at(-1)).not.toMatch(APPLE);
      continue;
    }
    expect(call).toMatch(
      /^(bootout( --wait)?|enable|disable|kickstart( -k)?) (system|(gui|user)\/\d+)\/[^/\s]+$/,
    );
    expect(target.split('/').at(-1)).not.toMatch(APPLE);
    expect(checkLabel(target.split('/').at(-1) ?? '')).toBeNull();
    if (verbs.includes(verb)) expect([...submitted]).not.toContain(target);
  }
}

/** Nothing outside of the launchd folders and our own state has changed, and no link was followed or replaced. */
function judgeFiles(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    if (path === 'state' || path.startsWith('state/')) continue;
    const isPlist = /^(home\/LaunchAgents|root\/LaunchAgents|root\/LaunchDaemons)\/[^/]+\.plist$/.test(path);
    const wasLink = before.get(path)?.startsWith('link') ?? false;
    const isApples = APPLE.test(path.split('/').at(-1) ?? '');
    if (isPlist && !wasLink && !isApples) continue;
    expect([path, after.get(path)]).toEqual([path, before.get(path)]);
  }
}

interface Piece {
  readonly label: string;
  readonly domain: Domain;
  readonly file: 'none' | 'ours' | 'theirs' | 'link' | 'dangling' | 'folder';
  readonly loaded: 'no' | 'from our path' | 'from elsewhere' | 'submitted';
  readonly owned: 'no' | 'ours' | 'other-stack' | 'with a path of its own';
  readonly declared: boolean;
  readonly enabled: boolean | null;
  readonly off: boolean;
}

const piece: fc.Arbitrary<Piece> = fc.record({
  label,
  domain,
  file: fc.constantFrom('none', 'ours', 'theirs', 'link', 'dangling', 'folder'),
  loaded: fc.constantFrom('no', 'from our path', 'from elsewhere', 'submitted'),
  owned: fc.constantFrom('no', 'ours', 'ours', 'other-stack', 'with a path of its own'),
  declared: fc.boolean(),
  enabled: fc.constantFrom(null, true, false),
  off: fc.boolean(),
});

function pathFor(places: Places, { label: name, domain: where }: Pick<Piece, 'label' | 'domain'>): string {
  return `${where === 'system' ? places.daemons : places.userAgents}/${name}.plist`;
}

/** A path at which a file can be put as if somebody had: inside of its folder. */
function isFilename(name: string): boolean {
  return name !== '' && !name.includes('/') && name !== '..';
}

async function set(stage: Stage, given: Piece): Promise<void> {
  const { places, launchctl, ports, victim } = stage;
  const path = pathFor(places, given);
  const plist = plistOf(given.label, { RunAtLoad: true, Nice: 3 });
  if (isFilename(given.label)) {
    const marker = { stack: OPTIONS.stack, instance: `i-${given.label}` };
    if (given.file === 'ours') writeFileSync(path, writePlist(plist, markerComments(marker, null)));
    if (given.file === 'theirs') writeFileSync(path, writePlist(plist));
    if (given.file === 'link') symlinkSync(victim, path);
    if (given.file === 'dangling') symlinkSync(join(dirname(victim), 'made-through-a-link.plist'), path);
    if (given.file === 'folder') mkdirSync(path);
  }
  const target = `${given.domain}/${given.label}`;
  if (given.loaded !== 'no')
    launchctl.load(
      target,
      {
        'from our path': path,
        'from elsewhere': victim,
        submitted: '(submitted by smd.321)',
      }[given.loaded],
    );
  if (given.off) launchctl.disabled.set(target, true);
  if (given.owned === 'no') return;
  const entry: LedgerEntry = {
    label: given.label,
    domain: given.domain,
    path: given.owned === 'with a path of its own' ? victim : path,
    instance: `i-${given.label}`,
    stack: given.owned === 'other-stack' ? 'others' : OPTIONS.stack,
    source: OPTIONS.source,
    fileHash: 'ab',
    applied: {},
    adopted: false,
    held: false,
    proof: null,
  };
  // A ledger that refuses such an entry has done its part.
  await ports.ledger.record(entry).catch(() => {});
}

function declare(places: Places, { label: name, domain: where, enabled }: Piece): Job {
  return testJob(
    `i-${name}`,
    { ThrottleInterval: 30 },
    {
      label: name,
      domain: where,
      placement: where === 'system' ? 'system' : 'gui',
      path: pathFor(places, { label: name, domain: where }),
      enabled,
    },
  );
}

/** The calls that changed something, so that a property of none at all is not taken for a proof. */
let changing = 0;

describe('whatever the state and the declaration, never', () => {
  beforeEach(() => {
    changing = 0;
  });
  afterEach(() => expect(changing).toBeGreaterThan(10));

  it('a whole domain, a job of macOS or of an app, a link, or a label as a path', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(piece, { selector: (each) => `${each.domain}/${each.label}`, maxLength: 5 }),
        fc.record({ adopt: fc.boolean(), prune: fc.boolean(), releaseHeld: fc.boolean() }),
        async (pieces, flags) => {
          await onStage(async (stage) => {
            for (const each of pieces) await set(stage, each);
            const { places, ports, launchctl } = stage;
            const before = snapshot(stage.folder);
            const jobs = pieces.filter(({ declared }) => declared).map((each) => declare(places, each));
            try {
              const scope = {
                jobs,
                places,
                uid,
                stack: OPTIONS.stack,
                refresh: 'full',
                mayChangeSystem: true,
              } as const;
              const observed = await observe(ports, scope);
              const plan = planChanges(jobs, observed, { ...OPTIONS, ...flags, places, takeOverStack: true });
              await applyPlan(plan, ports, () => {}, { settleMs: 0 });
            } catch (error) {
              if (!(error instanceof ReconcileError || error instanceof RangeError)) throw error;
            }
            const submitted = pieces.filter(({ loaded }) => loaded === 'submitted');
            judgeCalls(launchctl, new Set(submitted.map((each) => `${each.domain}/${each.label}`)));
            judgeFiles(before, snapshot(stage.folder));
          });
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  it('even when the plan itself asks for it', async () => {
    const action = fc
      .record({
        label,
        domain,
        kind: fc.constantFrom(
          'bootout',
          'enable',
          'disable',
          'kickstart',
          'bootstrap',
          'write',
          'remove',
          'mode',
        ),
      })
      .map((given) => (places: Places): Action => {
        const { label: name, domain: where } = given;
        // Where a file goes, the plan says itself; a label becomes a path in the compiler alone.
        const path = pathFor(places, { label: isGood(name) ? name : GOOD[0], domain: where });
        switch (given.kind) {
          case 'bootout':
          case 'enable':
          case 'disable':
            return { action: given.kind, domain: where, label: name };
          case 'kickstart':
            return { action: 'kickstart', domain: where, label: name, kill: true };
          case 'bootstrap':
            return { action: 'bootstrap', domain: where, label: name, path };
          case 'write':
            return {
              action: 'write-plist',
              path,
              content: writePlist(plistOf(name)),
              mode: 0o644,
              expect: null,
            };
          case 'remove':
            return { action: 'remove-plist', path, expect: null };
          case 'mode':
            return { action: 'set-mode', path, mode: 0o600 };
        }
      });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(label, domain, fc.array(action, { maxLength: 3 })), { maxLength: 3 }),
        fc.array(piece, { maxLength: 4 }),
        async (changes, pieces) => {
          await onStage(async (stage) => {
            const seen = new Set<string>();
            for (const each of pieces) {
              const target = `${each.domain}/${each.label}`;
              if (!seen.has(target)) await set(stage, each);
              seen.add(target);
            }
            const { places, ports, launchctl } = stage;
            const plan: Plan = {
              stack: OPTIONS.stack,
              launchd: 'system',
              diagnostics: [],
              changes: changes.map(
                ([name, where, actions]): Change => ({
                  instance: null,
                  label: name,
                  domain: where,
                  op: 'update',
                  reasons: [],
                  restarts: false,
                  starts: false,
                  blocked: null,
                  plist: pathFor(places, { label: name, domain: where }),
                  fields: [],
                  actions: actions.map((make) => make(places)),
                  deferred: null,
                  after: [],
                  stopTimeout: null,
                }),
              ),
            };
            const before = snapshot(stage.folder);
            await applyPlan(plan, ports, () => {}, { settleMs: 0 });
            const submitted = [...launchctl.jobs].filter(([, { path }]) => path.startsWith('('));
            // What an app submitted after the plan was made may be enabled or disabled by it, and nothing else.
            const verbs = CHANGING.filter((verb) => verb !== 'enable' && verb !== 'disable');
            judgeCalls(launchctl, new Set(submitted.map(([target]) => target)), verbs);
            judgeFiles(before, snapshot(stage.folder));
          });
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('a secret', () => {
  const secret = fc
    .array(fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'), {
      minLength: 12,
      maxLength: 24,
    })
    .map((letters) => letters.join(''));
  const name = fc.constantFrom(
    'API_TOKEN',
    'DB_PASSWORD',
    'OPENAI_API_KEY',
    'clientSecret',
    'SESSION_COOKIE',
  );
  const option = fc.constantFrom('--token', '--password', '--api-key');

  it('is in no text, no document, no saved plan and no entry of the ledger, whatever became of the job', () => {
    fc.assert(
      fc.property(
        fc.tuple(secret, secret, secret, secret),
        name,
        option,
        fc.boolean(),
        fc.constantFrom('create', 'update', 'drift', 'delete'),
        ([one, two, three, four], variable, flag, joined, what) => {
          const declared = (a: string, b: string): Job =>
            testJob('web', {
              ProgramArguments: ['/opt/web', ...(joined ? [`${flag}=${a}`] : [flag, a])],
              EnvironmentVariables: dict([
                [variable, b],
                ['URL', `https://me:${b}@example.com/`],
              ]),
            });
          const before = declared(one, two);
          const now = declared(three, four);
          const first = planChanges([before], observeWorld(EMPTY_WORLD, [before]), OPTIONS);
          const installed = simulatePlan(EMPTY_WORLD, first);
          const file = installed.files[before.path];
          if (file === undefined) throw new Error('not installed');
          const edited = { ...file, text: file.text.replaceAll(one, three), version: installed.tick };
          const [jobs, world] = {
            create: [[before], EMPTY_WORLD] as const,
            update: [[now], installed] as const,
            drift: [[before], { ...installed, files: { [before.path]: edited } }] as const,
            delete: [[], installed] as const,
          }[what];
          const plan = planChanges(jobs, observeWorld(world, jobs), OPTIONS);
          expect(plan.changes[0]?.op).not.toBe('noop');
          const entries = plan.changes.flatMap(({ actions }) =>
            actions.flatMap((each) => (each.action === 'record' ? [each.entry] : [])),
          );
          const told = [
            renderPlan(plan, { color: false, unicode: true }),
            JSON.stringify(planToJson(plan, { command: 'plan', exitCode: 0 })),
            savePlan(plan, { files: [], targets: [], flags: {} }),
            JSON.stringify([...entries, ...world.ledger]),
          ].join('\n');
          for (const each of [one, two, three, four]) expect(told).not.toContain(each);
        },
      ),
      { numRuns: 200 },
    );
  });
});
