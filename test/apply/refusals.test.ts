import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Action } from '../../src/model/plan.ts';
import { realFiles } from '../../src/sys/files.ts';
import { createWorld, GUI, plistText, type World } from '../support/apply-world.ts';

const A = 'com.example.a';

const refuseNew = (world: World, code = 134): void => {
  // The former job is accepted again, the new one never.
  const isNew = (): boolean => readFileSync(world.path(A), 'utf8').includes('new');
  const call = world.launchctl.call;
  world.launchctl.call = async (args, options) => {
    if (args[0] !== 'bootstrap' || !isNew()) return call(args, options);
    world.launchctl.calls.push(args.join(' '));
    return { code, stdout: '', stderr: '', timedOut: false };
  };
};

describe('a refused first install', () => {
  it('scenario 35: takes the plist away again', async () => {
    const world = createWorld();
    refuseNew(world);
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]).toMatchObject({
      outcome: 'rolled-back',
      error: {
        code: 'launchctl/134',
        message: expect.stringContaining('134: Service cannot load in requested session'),
        hint: expect.stringMatching(/\S/),
      },
    });
    expect(existsSync(world.path(A))).toBe(false);
    expect(world.launchctl.jobs.size).toBe(0);
    expect(await world.owned()).toEqual([]);
  });

  it('scenario 35: undoes an enable of this run, and only that', async () => {
    const world = createWorld();
    world.launchctl.disabled.set(world.target(A), true);
    refuseNew(world);
    const create = world.create(A);
    const actions = create.actions.flatMap((action): readonly Action[] =>
      action.action === 'bootstrap' ? [{ action: 'enable', domain: GUI, label: A }, action] : [action],
    );
    const report = await world.apply([{ ...create, actions }]);
    expect(report.results[0]?.outcome).toBe('rolled-back');
    expect(world.launchctl.disabled.get(world.target(A))).toBe(true);
    expect(world.launchctl.calls.filter((call) => /^(en|dis)able/.test(call))).toEqual([
      `enable ${GUI}/${A}`,
      `disable ${GUI}/${A}`,
    ]);
  });

  it('takes out a job that was accepted but is not what we gave', async () => {
    const world = createWorld();
    world.launchctl.rules.push({
      call: 'bootstrap',
      answer: {},
      effect: 'after',
      meanwhile: () => world.launchctl.behaviours.set(world.target(A), { loaded: { path: '/theirs.plist' } }),
    });
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]).toMatchObject({
      outcome: 'rollback-failed',
      error: { code: 'job/loaded-elsewhere', message: expect.stringContaining('/theirs.plist') },
    });
    expect(world.launchctl.calls.filter((call) => call.startsWith('bootout'))).toEqual([]);
  });
});

describe('a refused update', () => {
  it('scenario 36: puts back the former file, byte for byte with its mode, and the former job', async () => {
    const world = createWorld();
    const former = world.install(A, { mode: 0o600 });
    refuseNew(world);
    const report = await world.apply([world.update(A)]);
    expect(report).toMatchObject({
      changed: true,
      results: [{ outcome: 'rolled-back', error: { code: 'launchctl/134' } }],
    });
    expect(world.text(A)).toBe(former);
    expect(world.mode(A)).toBe(0o600);
    expect(world.launchctl.jobs.get(world.target(A))).toMatchObject({
      path: world.path(A),
      state: 'running',
    });
    expect(await world.owned()).toEqual([]);
  });

  it('puts back a job that was loaded from another file', async () => {
    const world = createWorld();
    world.install(A);
    const elsewhere = `${world.folder}/other.plist`;
    writeFileSync(elsewhere, plistText(A, 'elsewhere'));
    world.launchctl.load(world.target(A), elsewhere);
    refuseNew(world);
    await world.apply([world.update(A)]);
    expect(world.launchctl.jobs.get(world.target(A))?.path).toBe(elsewhere);
  });

  it('does not load what was not loaded', async () => {
    const world = createWorld();
    const former = world.install(A);
    world.launchctl.jobs.clear();
    refuseNew(world);
    await world.apply([world.update(A)]);
    expect(world.text(A)).toBe(former);
    expect(world.launchctl.jobs.size).toBe(0);
  });

  it('scenario 37: says that the job is down, with the command, when the former one is refused too', async () => {
    const world = createWorld();
    const former = world.install(A);
    world.launchctl.rules.push({ call: 'bootstrap', answer: { code: 134 } });
    const report = await world.apply([world.update(A)], { launchctlCommand: '/opt/launchctl' });
    expect(report.results[0]).toMatchObject({
      outcome: 'rollback-failed',
      error: {
        code: 'launchctl/134',
        message: expect.stringContaining('The job is down.'),
        hint: `Bring it back with: /opt/launchctl bootstrap ${GUI} ${world.path(A)}`,
      },
    });
    expect(world.text(A)).toBe(former);
  });

  it('believes no bootstrap in the roll-back either: a job that print does not show is down', async () => {
    const world = createWorld();
    const former = world.install(A);
    world.launchctl.rules.push({ call: 'bootstrap', answer: {} });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]).toMatchObject({
      outcome: 'rollback-failed',
      error: { code: 'job/not-loaded', message: expect.stringContaining('The job is down.') },
    });
    expect(world.text(A)).toBe(former);
  });

  it('keeps the new file when there was none to go back to', async () => {
    const world = createWorld();
    world.launchctl.load(world.target(A), world.path(A));
    world.launchctl.rules.push({ call: 'bootstrap', answer: { code: 134 } });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]?.outcome).toBe('rollback-failed');
    expect(world.text(A)).toBe(plistText(A, 'new'));
  });

  it('leaves the running job alone when bootout itself is refused', async () => {
    const world = createWorld();
    const former = world.install(A);
    world.launchctl.rules.push({
      call: 'bootout',
      answer: { code: 1, stderr: 'Boot-out failed: 1: Operation not permitted' },
    });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]).toMatchObject({ outcome: 'rolled-back', error: { code: 'launchctl/1' } });
    expect(world.text(A)).toBe(former);
    expect(world.launchctl.jobs.get(world.target(A))?.pid).toBe(1000);
    expect(world.launchctl.calls.some((call) => call.startsWith('bootstrap'))).toBe(false);
  });
});

describe('a refused removal', () => {
  it('loads the job again when its file cannot be removed', async () => {
    const files = {
      ...realFiles,
      remove: async () => Promise.reject(Object.assign(new Error('EROFS'), { code: 'EROFS', path: '/x' })),
    };
    const world = createWorld(files);
    const former = world.install(A);
    const report = await world.apply([world.remove(A)]);
    expect(report.results[0]).toMatchObject({ outcome: 'rolled-back', error: { code: 'file/read-only' } });
    expect(world.text(A)).toBe(former);
    expect(world.launchctl.jobs.get(world.target(A))?.pid).toBe(1001);
  });
});

const untouched = async (
  world: World,
  report: Awaited<ReturnType<World['apply']>>,
  code: string,
): Promise<void> => {
  expect(report).toMatchObject({ changed: false, results: [{ outcome: 'failed', error: { code } }] });
  expect(world.launchctl.calls.every((call) => call.startsWith('print'))).toBe(true);
};

describe('nothing is begun', () => {
  it('when the file was changed after the plan', async () => {
    const world = createWorld();
    world.install(A);
    const update = world.update(A);
    const remove = world.remove(A);
    writeFileSync(world.path(A), 'mine');
    await untouched(world, await world.apply([update]), 'plist/changed-since-plan');
    await untouched(world, await world.apply([remove]), 'plist/changed-since-plan');
    expect(world.text(A)).toBe('mine');
  });

  it('when a file stands where there was none', async () => {
    const world = createWorld();
    const create = world.create(A);
    writeFileSync(world.path(A), 'mine');
    await untouched(world, await world.apply([create]), 'plist/changed-since-plan');
    expect(world.text(A)).toBe('mine');
  });

  it('when somebody has loaded the job after the plan', async () => {
    const world = createWorld();
    const create = world.create(A);
    world.launchctl.load(world.target(A), '/somewhere.plist');
    await untouched(world, await world.apply([create]), 'job/changed-since-plan');
  });

  it('scenario 51: when reconcile runs inside the job', async () => {
    const world = createWorld();
    world.install(A, { job: { pid: process.ppid } });
    await untouched(world, await world.apply([world.update(A)]), 'job/is-caller');
    await untouched(world, await world.apply([world.remove(A)]), 'job/is-caller');
  });

  it('when an app has submitted the job', async () => {
    const world = createWorld();
    world.install(A, { job: { path: '(submitted by smd.321)' } });
    await untouched(world, await world.apply([world.update(A)]), 'job/submitted');
  });

  it('to a file that is no plist, whatever the plan says', async () => {
    const world = createWorld();
    world.install(A);
    const path = `${world.folder}/hosts`;
    writeFileSync(path, 'precious');
    const expected = createHash('sha256').update('precious').digest('hex');
    const report = await world.apply([
      world.remove(A, { actions: [{ action: 'remove-plist', path, expect: expected }] }),
    ]);
    expect(report.results[0]).toMatchObject({ outcome: 'failed', error: { code: 'plist/not-a-plist' } });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('on a label of macOS', async () => {
    const world = createWorld();
    await untouched(world, await world.apply([world.create('com.apple.thing')]), 'job/apple');
    expect(world.launchctl.calls).toEqual([]);
  });

  it.each([
    ['half an answer', { stdout: `${GUI}/${A} = {\n\tstate = run` }],
    ['no answer', { code: null, timedOut: true }],
    ['an unknown code', { code: 77 }],
  ])('on %s', async (_, answer) => {
    const world = createWorld();
    world.install(A);
    world.launchctl.rules.push({ call: 'print ', answer });
    await untouched(world, await world.apply([world.update(A)]), 'launchctl/unreadable');
  });
});

describe('files that refuse', () => {
  it.each([
    ['ENOSPC', 'file/disk-full'],
    ['EACCES', 'file/not-permitted'],
    ['EROFS', 'file/read-only'],
    ['EIO', 'file/failed'],
  ])('%s leaves the former job as it is', async (code, expected) => {
    const refusing = async (): Promise<void> => {
      throw Object.assign(new Error(`${code}: no`), { code, path: '/x/a.plist' });
    };
    const world = createWorld({ ...realFiles, write: refusing });
    const former = world.install(A);
    const report = await world.apply([world.update(A)]);
    expect(report).toMatchObject({
      changed: false,
      results: [{ outcome: 'failed', error: { code: expected } }],
    });
    expect(world.text(A)).toBe(former);
    expect(world.launchctl.jobs.get(world.target(A))?.pid).toBe(1000);
  });

  it('does not write through a symbolic link', async () => {
    const world = createWorld();
    writeFileSync(`${world.folder}/theirs`, 'theirs');
    symlinkSync(`${world.folder}/theirs`, world.path(A));
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]).toMatchObject({ outcome: 'failed', error: { code: 'file/symlink' } });
    expect(readFileSync(`${world.folder}/theirs`, 'utf8')).toBe('theirs');
  });

  it('begins nothing that it cannot write down first', async () => {
    const world = createWorld();
    writeFileSync(`${world.folder}/state`, 'in the way');
    const former = world.install(A);
    const report = await world.apply([world.update(A)]);
    await untouched(world, report, 'file/failed');
    expect(world.text(A)).toBe(former);
  });

  it('keeps the job when only the ledger cannot be written', async () => {
    const world = createWorld();
    mkdirSync(`${world.folder}/state/ledger.json`, { recursive: true });
    const report = await world.apply([world.create(A)]);
    expect(report).toMatchObject({
      changed: true,
      results: [{ outcome: 'failed', error: { code: 'ledger/unreadable' } }],
    });
    expect(world.text(A)).toBe(plistText(A, 'new'));
    expect(world.launchctl.jobs.has(world.target(A))).toBe(true);
  });

  it('sets a mode back', async () => {
    const world = createWorld();
    world.install(A, { mode: 0o666 });
    world.launchctl.rules.push({ call: 'bootout', answer: { code: 1 } });
    const update = world.update(A);
    const actions = update.actions.map((action) =>
      action.action === 'write-plist'
        ? { action: 'set-mode' as const, path: action.path, mode: 0o644 }
        : action,
    );
    const report = await world.apply([{ ...update, actions }]);
    expect(report.results[0]?.outcome).toBe('rolled-back');
    expect(world.mode(A)).toBe(0o666);
  });
});

describe('the cause of a 5', () => {
  const cause = async (prepare: (world: World) => void): Promise<string | undefined> => {
    const world = createWorld();
    world.launchctl.rules.push({ call: 'bootstrap', answer: { code: 5 }, meanwhile: () => prepare(world) });
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]?.outcome).toBe('rolled-back');
    expect(report.results[0]?.error?.message).toContain('5');
    return report.results[0]?.error?.code;
  };

  it('is found by looking', async () => {
    expect(await cause((world) => world.launchctl.disabled.set(world.target(A), true))).toBe('job/disabled');
    expect(await cause((world) => chmodSync(world.path(A), 0o666))).toBe('plist/writable-by-others');
    expect(await cause((world) => chmodSync(`${world.folder}/LaunchAgents`, 0o777))).toBe(
      'plist/writable-by-others',
    );
  });

  it('is said to be unknown when nothing is found, after more than one try', async () => {
    const world = createWorld();
    world.launchctl.rules.push({ call: 'bootstrap', answer: { code: 5 } });
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]?.error?.code).toBe('launchctl/5');
    expect(world.launchctl.calls.filter((call) => call.startsWith('bootstrap')).length).toBeGreaterThan(2);
  });

  it.each([37, 78, 113, 119, 122, 134, 150])('a %i is put in words with a next step', async (code) => {
    const world = createWorld();
    world.launchctl.rules.push({ call: 'bootstrap', answer: { code } });
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]).toMatchObject({
      outcome: 'rolled-back',
      error: {
        code: `launchctl/${code}`,
        message: expect.stringMatching(new RegExp(`bootstrap ${GUI}/${A} was refused with ${code}: .*\\.$`)),
        hint: expect.stringMatching(/\S/),
      },
    });
    // The usual meaning was looked at before: it is not told as if it were so.
    expect(report.results[0]?.error?.message).toContain('Looking found nothing of the kind.');
  });

  it('a 125 of a session that print shows all the same: a new job waits for the next login, and nothing is taken back', async () => {
    const world = createWorld();
    world.launchctl.rules.push({ call: 'bootstrap', answer: { code: 125 } });
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]).toMatchObject({
      outcome: 'deferred',
      error: { code: 'domain/absent', hint: expect.stringContaining('over SSH') },
    });
    expect(report.changed).toBe(true);
    expect(existsSync(world.path(A))).toBe(true);
    expect(await world.ports.journal.read()).toEqual([]);
  });

  it('a 125 after a job was taken out is rolled back: it was loaded there, so there is a session', async () => {
    const world = createWorld();
    const former = world.install(A);
    refuseNew(world, 125);
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]).toMatchObject({ outcome: 'rolled-back', error: { code: 'launchctl/125' } });
    expect(world.text(A)).toBe(former);
    expect(world.launchctl.jobs.has(world.target(A))).toBe(true);
  });

  it('is told with the launchctl that is really in use', async () => {
    const world = createWorld();
    world.launchctl.rules.push({ call: 'bootstrap', answer: { code: 113 } });
    const report = await world.apply([world.create(A)], { launchctlCommand: 'STATE=/s /opt/launchctl' });
    expect(report.results[0]?.error?.hint).toContain('`STATE=/s /opt/launchctl bootstrap`');
  });
});
