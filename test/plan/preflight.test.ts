import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/model/job.ts';
import type { Observed } from '../../src/model/observed.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { PathLook, Preflight, Requirements } from '../../src/model/requirements.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { jobsToPreflight, judgePreflight } from '../../src/plan/preflight.ts';
import { judgeStatus } from '../../src/plan/verdict.ts';
import { simulatePlan } from '../support/simulate.ts';
import { EMPTY_WORLD, job, OPTIONS, observeWorld, type World } from '../support/world.ts';

const web = job('web');
const db = job('db');

const FOLDER: PathLook = {
  path: '/Users/ada/Library/LaunchAgents',
  kind: 'folder',
  symlink: false,
  uid: 501,
  mode: 0o755,
  dev: '1',
  may: { read: true, write: true, execute: true },
};

const NOTHING: Requirements = {
  runner: { uid: 501, gids: null },
  program: null,
  workingDirectory: null,
  streams: [],
  watched: [],
  queues: [],
};

const NO_PROGRAM: Requirements = {
  ...NOTHING,
  program: {
    name: '/opt/none',
    lookup: null,
    look: { ...FOLDER, path: '/opt/none', kind: 'missing', uid: null, mode: null, dev: null },
    form: null,
    byName: null,
  },
};

const GUARDED: Requirements = { ...NOTHING, workingDirectory: { ...FOLDER, path: '/Volumes/Disk/web' } };

function preflight(folder: Partial<PathLook> = {}, requirements = NOTHING): Preflight {
  return {
    requirements,
    folder: { ...FOLDER, ...folder },
    above: null,
    owners: [501, 0],
    maker: 501,
    systemVolumes: [],
  };
}

function planOf(jobs: readonly Job[], world: World = EMPTY_WORLD): { observed: Observed; plan: Plan } {
  const observed = observeWorld(world, jobs);
  return { observed, plan: planChanges(jobs, observed, OPTIONS) };
}

const seen = (given: Job, found: Preflight) => new Map([[`${given.domain}/${given.label}`, found]]);

/** As it is after an apply of these jobs. */
const applied = (...jobs: readonly Job[]): World => simulatePlan(EMPTY_WORLD, planOf(jobs).plan);

/** The job could not be started; `launchctl print DOMAIN` says so in its list. */
function ill(observed: Observed, label: string, code: number): Observed {
  return {
    ...observed,
    jobs: observed.jobs.map((each) =>
      each.label === label ? { ...each, service: { state: 'proven', pid: null, lastExitCode: code } } : each,
    ),
  };
}

describe('jobs that are worth a look', () => {
  it('are those that will be loaded or written', () => {
    const { observed, plan } = planOf([web, db], applied(db));
    expect(jobsToPreflight([web, db], observed, plan)).toEqual([web]);
  });

  it('are none when nothing changes', () => {
    const { observed, plan } = planOf([web, db], applied(web, db));
    expect(plan.changes.map(({ op }) => op)).toEqual(['noop', 'noop']);
    expect(jobsToPreflight([web, db], observed, plan)).toEqual([]);
  });

  it.each([
    [78, ['web']],
    [127, ['web']],
    [1, []],
    [0, []],
  ])('are those that ended with %i, like one that could not be started', (code, expected) => {
    const { observed, plan } = planOf([web, db], applied(web, db));
    const looked = jobsToPreflight([web, db], ill(observed, web.label, code), plan);
    expect(looked.map(({ instance }) => instance)).toEqual(expected);
  });

  it('are not those that another target leaves out', () => {
    const observed = observeWorld(EMPTY_WORLD, [web, db]);
    const plan = planChanges([web, db], observed, { ...OPTIONS, targets: ['db'] });
    expect(jobsToPreflight([web, db], observed, plan)).toEqual([db]);
  });
});

describe('what was found', () => {
  it('is told once where several jobs stumble over the same thing, with the names of all', () => {
    const messages = (count: number): readonly string[] => {
      const jobs = Array.from({ length: count }, (_, index) => job(`w${index + 1}`));
      const { observed, plan } = planOf(jobs);
      const found = new Map(jobs.map((each) => [`${each.domain}/${each.label}`, preflight({}, NO_PROGRAM)]));
      return judgePreflight(plan, jobs, observed, found).diagnostics.map(({ message }) => message);
    };
    const sentence = (who: string): readonly string[] => [
      `/opt/none is not there, so launchd cannot start ${who} and will report exit code 78 (EX_CONFIG).`,
    ];
    expect(messages(2)).toEqual(sentence('w1 and w2'));
    expect(messages(3)).toEqual(sentence('w1, w2 and w3'));
    expect(messages(6)).toEqual(sentence('w1, w2, w3, w4, w5 and w6'));
    expect(messages(9)).toEqual(sentence('w1, w2, w3, w4, w5 and 4 more'));
  });

  it('is a warning at the place of the declaration, and the change goes on', () => {
    const { observed, plan } = planOf([web]);
    const judged = judgePreflight(plan, [web], observed, seen(web, preflight({}, NO_PROGRAM)));
    expect(judged.changes).toEqual(plan.changes);
    expect(judged.diagnostics).toEqual([
      {
        code: 'preflight/program-missing',
        severity: 'warning',
        message:
          '/opt/none is not there, so launchd cannot start web and will report exit code 78 (EX_CONFIG).',
        hint: 'Install it, or correct its path; `ls -l /opt/none` shows when it is there.',
        ...web.place,
      },
    ]);
  });

  it('is nothing for a plan in which nobody was looked at', () => {
    const { observed, plan } = planOf([web], applied(web));
    expect(judgePreflight(plan, [web], observed, new Map())).toBe(plan);
  });

  it.each<readonly [string, Partial<PathLook>, string, RegExp, string]>([
    [
      'a folder that others may write',
      { mode: 0o777 },
      'preflight/folder-writable-by-others',
      /can be written by others \(mode 0777\)/,
      'Run `chmod go-w /Users/ada/Library/LaunchAgents`, then this again.',
    ],
    [
      'a folder that a group may write',
      { mode: 0o775 },
      'preflight/folder-writable-by-others',
      /mode 0775/,
      'Run `chmod go-w /Users/ada/Library/LaunchAgents`, then this again.',
    ],
    [
      'a folder of somebody else',
      { uid: 502 },
      'preflight/folder-owner',
      /belongs to uid 502, and launchd takes plists for gui\/501 only from a folder of uid 501 or root/,
      'Run `sudo chown 501 /Users/ada/Library/LaunchAgents`, then this again.',
    ],
    [
      'a folder of root that may not be written',
      { uid: 0, may: { read: true, write: false, execute: true } },
      'preflight/folder-unwritable',
      /may not be written by you/,
      'Run `sudo chown 501 /Users/ada/Library/LaunchAgents`, then this again.',
    ],
    [
      'a file in place of the folder',
      { kind: 'file' },
      'preflight/folder-not-a-folder',
      /is not a folder, so no plist can be put there/,
      'Move it away: `mv /Users/ada/Library/LaunchAgents /Users/ada/Library/LaunchAgents.old`.',
    ],
    [
      'a link that leads nowhere',
      { kind: 'missing', symlink: true, uid: null, mode: null },
      'preflight/folder-missing',
      /is a symbolic link that leads nowhere/,
      'See where it leads with `ls -l /Users/ada/Library/LaunchAgents`, and mend it.',
    ],
  ])('blocks what launchd would refuse: %s', (_, folder, code, message, hint) => {
    const { observed, plan } = planOf([web]);
    const [change] = judgePreflight(plan, [web], observed, seen(web, preflight(folder))).changes;
    expect(change).toMatchObject({ op: 'create', actions: [], starts: false, blocked: { code, hint } });
    expect(change?.blocked?.message).toMatch(message);
  });

  it.each<readonly [string, Partial<PathLook>, string, RegExp]>([
    [
      'in which we may not write',
      { may: { read: true, write: false, execute: true } },
      'folder-unwritable',
      /may not write to \/Users\/ada\/Library\.$/,
    ],
    [
      'which is a file',
      { kind: 'file' },
      'folder-not-a-folder',
      /since \/Users\/ada\/Library is not a folder\.$/,
    ],
  ])('blocks what cannot be made: a folder below one %s', (_, above, code, message) => {
    const { observed, plan } = planOf([web]);
    const missing = preflight({ kind: 'missing', uid: null, mode: null });
    const found = { ...missing, above: { ...FOLDER, path: '/Users/ada/Library', ...above } };
    const [change] = judgePreflight(plan, [web], observed, seen(web, found)).changes;
    expect(change?.blocked?.code).toBe(`preflight/${code}`);
    expect(change?.blocked?.message).toMatch(message);
  });

  it.each<readonly [string, Partial<PathLook>]>([
    ['a folder that is not there yet', { kind: 'missing', uid: null, mode: null }],
    ['a folder that may not be looked at', { kind: 'hidden', uid: null, mode: null }],
    ['a folder of root that we may write', { uid: 0 }],
    ['a private folder', { mode: 0o700 }],
    ['a link to a folder of our own', { symlink: true }],
  ])('lets %s pass', (_, folder) => {
    const { observed, plan } = planOf([web]);
    const judged = judgePreflight(plan, [web], observed, seen(web, preflight(folder)));
    expect(judged).toEqual(plan);
  });

  it('blocks a plist of somebody else that would be loaded as it lies there, and no other', () => {
    const world = applied(web);
    const { observed, plan } = planOf([web], { ...world, loaded: {} });
    const owned = (uid: number): Observed => ({
      ...observed,
      plists: observed.plists.map((plist) => ({ ...plist, identity: { ...plist.identity, uid } })),
    });
    const judge = (uid: number) => judgePreflight(plan, [web], owned(uid), seen(web, preflight())).changes[0];
    expect(judge(502)).toMatchObject({
      op: 'load',
      blocked: {
        code: 'preflight/plist-owner',
        hint: `Run \`sudo chown 501 ${web.path}\`, then this again.`,
      },
    });
    expect(judge(0)?.blocked).toBeNull();
    expect(judge(501)?.blocked).toBeNull();
  });

  it('blocks, and does not also warn, where apply could not make the folder of a log', () => {
    const log = job('log', { StandardOutPath: '/var/file/out.log' }, { folders: ['/var/file'] });
    const { observed, plan } = planOf([log]);
    const requirements: Requirements = {
      ...NOTHING,
      streams: [
        {
          key: 'StandardOutPath',
          look: { ...FOLDER, path: '/var/file/out.log', kind: 'missing' },
          folder: { ...FOLDER, path: '/var', may: { read: true, write: false, execute: true } },
        },
      ],
    };
    const judged = judgePreflight(plan, [log], observed, seen(log, preflight({}, requirements)));
    expect(judged.changes[0]?.blocked).toEqual({
      code: 'preflight/log-folder-unwritable',
      message: 'The log /var/file/out.log cannot be made, since the user with uid 501 may not write to /var.',
      hint: 'Choose a folder that it may write to, or run `sudo chown 501 /var` if that folder is its own.',
    });
    expect(judged.diagnostics).toEqual([]);
  });

  it.each([
    [78, NO_PROGRAM, /exit code 78: EX_CONFIG.*; \/opt\/none is not there\. Install it, or correct its path/],
    [78, NOTHING, /see `reconcile explain 78`/],
    [78, GUARDED, /\/Volumes\/Disk\/web is on another volume, which launchd may not have/],
    [1, NO_PROGRAM, /give it `logs: true` to see what it says/],
  ])('stands in the next words of status after exit %i', (code, requirements, next) => {
    const world = applied(web);
    const unproven = { ...world, ledger: world.ledger.map((entry) => ({ ...entry, proof: null })) };
    const { observed, plan } = planOf([web], unproven);
    const ended: Observed = {
      ...observed,
      jobs: observed.jobs.map((each) => {
        if (each.service.state !== 'loaded') throw new Error('expected a printed job');
        const service = { ...each.service.service, pid: null, state: 'spawn scheduled', lastExit: { code } };
        return { ...each, service: { state: 'loaded', service } };
      }),
    };
    expect(jobsToPreflight([web], ended, plan)).toEqual(code === 78 ? [web] : []);
    const [status] = judgeStatus([web], ended, plan, seen(web, preflight({}, requirements)));
    expect(status).toMatchObject({ verdict: 'throttled', next: expect.stringMatching(next) });
  });
});
