import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { CLI, createWorld, until, type World } from '../support/private-home.ts';
import { startWatch, type Told, type Watching } from '../support/watch.ts';

/** The loop: the built command, the embedded launchd, real processes. */

const FILE = `version: 1
name: test
label_prefix: com.example
instances:
  web:
    script: exec sleep 1000
    restart: { policy: always, throttle: 1s }
`;

const LABEL = 'com.example.web';
const PLIST = `.local/state/reconcile/embedded/LaunchAgents/${LABEL}.plist`;
/** Where the loop keeps its own files. */
const LOOP = '.local/state/reconcile/embedded/loop';

let world: World;
let watching: Watching | null = null;
beforeEach(() => {
  world = createWorld();
  world.write('reconcile.yaml', FILE);
});
afterEach(async () => {
  await watching?.end('SIGKILL');
  watching = null;
  await world.end();
});

const target = (): string => `gui/${process.getuid?.()}/${LABEL}`;

describe('watch', () => {
  it('scenario 18: tells once that another program restarts a job again and again, and what a person does not', async () => {
    const watched = startWatch(world);
    watching = watched;
    await watched.told('applied');
    let job = await jobUntil(world, 'web', 'runs', isRunning);
    const isAnother = ({ pid }: typeof job): boolean => pid !== null && pid !== job.pid;
    for (let count = 0; count < 2; count++) {
      expect((await world.reconcile('restart', 'web')).code).toBe(0);
      job = await jobUntil(world, 'web', 'has another process', isAnother);
    }
    const told = (): readonly Told[] => watched.events().filter(({ event }) => event === 'restarted-often');
    // The first of them may be taken for the person's, whose word was just given.
    for (let count = 1; count <= 7; count++) {
      if (count <= 5) expect(told()).toEqual([]);
      expect((await world.launchctl('kickstart', '-k', target())).code).toBe(0);
      job = await jobUntil(world, 'web', 'has another process', isAnother);
    }
    const { restarts, ...event } = await watched.told('restarted-often');
    expect(event).toMatchObject({ instance: 'web', last_exit: { signal: 15, name: 'SIGTERM' } });
    expect(restarts).toBeGreaterThanOrEqual(5);
    expect((await world.reconcile('history', 'web')).stdout).toContain(`restarted ${restarts} times within`);
    await watched.end();
    expect(told()).toHaveLength(1);
  });

  it('rests for weeks where that is asked for', async () => {
    watching = startWatch(world, '--interval', '999h');
    await watching.told('applied');
    world.write('reconcile.yaml', FILE.replace('1000', '2000'));
    await watching.told('applied', ({ op }) => op === 'update');
    await watching.end();
    expect(watching.events().at(-1)?.['rounds']).toBeLessThan(10);
    expect(watching.stderr()).toBe('');
  });

  it('applies the file, and each change of it', async () => {
    watching = startWatch(world);
    expect(await watching.told('applied')).toMatchObject({
      instance: 'web',
      op: 'create',
      cause: 'declaration',
    });
    const { pid } = await jobUntil(world, 'web', 'runs', isRunning);
    world.write('reconcile.yaml', FILE.replace('1000', '2000'));
    expect(await watching.told('applied', ({ op }) => op === 'update')).toMatchObject({
      cause: 'declaration',
    });
    await jobUntil(world, 'web', 'runs anew', (job) => isRunning(job) && job.pid !== pid);
    expect(world.read(PLIST)).toContain('sleep 2000');
    // An instance that is dropped goes; the file may name files that come and go.
    world.write('more/tick.yaml', 'instances:\n  tick: { command: /bin/echo, start: { every: 1h } }\n');
    world.write('reconcile.yaml', `${FILE}include: [more/*.yaml]\n`);
    await watching.told('applied', ({ instance, op }) => instance === 'tick' && op === 'create');
    world.write('more/tock.yaml', 'instances:\n  tock: { command: /bin/echo, start: { every: 1h } }\n');
    await watching.told('applied', ({ instance, op }) => instance === 'tock' && op === 'create');
    world.write('reconcile.yaml', FILE);
    await watching.told('applied', ({ label, op }) => label === 'com.example.tick' && op === 'delete');
    await watching.told('applied', ({ label, op }) => label === 'com.example.tock' && op === 'delete');
  });

  it('loads a job again that was booted out by hand, and leaves a held and a disabled one alone', async () => {
    watching = startWatch(world);
    await watching.told('applied');
    await world.launchctl('bootout', target());
    expect(await watching.told('applied', ({ op }) => op === 'load')).toMatchObject({
      cause: 'outside',
      keys: ['(not loaded)'],
    });
    expect((await world.reconcile('stop', 'web')).code).toBe(0);
    const from = watching.events().length;
    // It has seen the hold once it did something that came later.
    world.write('reconcile.yaml', `${FILE}  tick: { command: /bin/echo, start: { every: 1h } }\n`);
    await watching.told('applied', ({ instance }) => instance === 'tick', from);
    expect(await statusOf(world, 'web')).toMatchObject({ verdict: 'held', pid: null });

    expect((await world.reconcile('start', 'web')).code).toBe(0);
    await world.launchctl('disable', target());
    await world.launchctl('bootout', target());
    expect(await watching.told('left-alone')).toMatchObject({ instance: 'web', why: 'blocked' });
    expect(await statusOf(world, 'web')).toMatchObject({ verdict: 'disabled', pid: null });
    // Declared enabled, it is still a person who disabled it.
    world.write('reconcile.yaml', FILE.replace('    restart:', '    enabled: true\n    restart:'));
    expect(await watching.told('left-alone', ({ why }) => why === 'disabled')).toMatchObject({
      instance: 'web',
    });
    expect(await statusOf(world, 'web')).toMatchObject({ verdict: 'disabled' });
    expect(watching.events().filter(({ event }) => event === 'left-alone')).toHaveLength(2);
  });

  it('keeps the last good file when the new one is invalid, and says so once', async () => {
    watching = startWatch(world);
    await watching.told('applied');
    world.write('reconcile.yaml', FILE.replace('always', 'allways'));
    const invalid = await watching.told('file-invalid');
    expect(invalid).toMatchObject({ keeps: true, diagnostics: [{ severity: 'error', line: 7 }] });
    await world.launchctl('bootout', target());
    await watching.told('applied', ({ op }) => op === 'load');
    expect(watching.events().filter(({ event }) => event === 'file-invalid')).toHaveLength(1);
    world.write('reconcile.yaml', FILE.replace('1000', '2000'));
    await watching.told('applied', ({ op }) => op === 'update');
  });

  it('waits for a file that is invalid at its start, and deletes nothing for one that declares nothing', async () => {
    world.write('reconcile.yaml', 'version: 1\ninstances: [');
    watching = startWatch(world);
    expect(await watching.told('file-invalid')).toMatchObject({ keeps: false });
    world.write('reconcile.yaml', FILE);
    await watching.told('applied');
    world.write('reconcile.yaml', 'version: 1\nname: test\nlabel_prefix: com.example\ninstances: {}\n');
    expect(await watching.told('left-alone')).toMatchObject({ why: 'empty-file', label: LABEL });
    // Emptied, it does not even say whose stack it is: what it declared before stays in force.
    world.write('reconcile.yaml', '');
    expect(await watching.told('file-invalid', ({ keeps }) => keeps === true)).toMatchObject({
      diagnostics: [{ code: 'watch/renamed' }],
    });
    expect(await statusOf(world, 'web').catch(() => null)).toBe(null);
    await world.launchctl('print', target()).then(({ code }) => expect(code).toBe(0));
  });

  it('does not fight with another manager: three corrections, then the report, until told', async () => {
    watching = startWatch(world);
    await watching.told('applied');
    const theirs = world.read(PLIST).replace('sleep 1000', 'sleep 3000');
    expect(theirs).toContain('3000');
    let rewrites = 0;
    let over = false;
    const rival = (async () => {
      while (!over) {
        renameSync(world.write(`${PLIST}.new`, theirs), join(world.home, PLIST));
        await world.launchctl('kickstart', '-k', target());
        rewrites += 1;
        // Its rhythm: without one, it would leave the machine no time for anybody else.
        await new Promise((resume) => setTimeout(resume, 500));
      }
    })();
    try {
      const report = await watching.told('another-manager');
      expect(report).toMatchObject({ instance: 'web', keys: ['ProgramArguments'], corrections: 3 });
      expect(report['writer']).toMatchObject({ name: null });
      const seen = rewrites;
      await until('the other went on', () => rewrites > seen + 3);
    } finally {
      over = true;
      await rival;
    }
    const corrections = () => watching?.events().filter(({ cause }) => cause === 'outside').length;
    expect(corrections()).toBe(3);
    expect(world.read(PLIST)).toContain('3000');
    for (const asked of ['status', 'plan']) {
      const { stderr } = await world.reconcile(asked);
      expect(stderr).toContain('web is changed again and again by another program (ProgramArguments)');
      expect(stderr).toContain('reconcile apply --target web');
    }

    // It is remembered beyond a restart of the loop.
    expect(await watching.end()).toEqual({ code: 0, signal: null });
    watching = startWatch(world);
    await watching.told('file-loaded');
    world.write('reconcile.yaml', `${FILE}  tick: { command: /bin/echo, start: { every: 1h } }\n`);
    await watching.told('applied', ({ instance }) => instance === 'tick');
    expect(world.read(PLIST)).toContain('3000');

    // An apply by hand is a word: from then on it is minded again.
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect(world.read(PLIST)).toContain('sleep 1000');
    expect(await watching.told('taken-up')).toMatchObject({ label: LABEL });
    expect((await world.reconcile('plan')).stderr).toBe('');
    world.write(PLIST, theirs);
    await watching.told('applied', ({ cause }) => cause === 'outside');
    expect(world.read(PLIST)).toContain('sleep 1000');
  });

  it('killed in the middle of a correction, finishes it as its own work, and still finds the rival', async () => {
    world.write(
      'reconcile.yaml',
      FILE.replace(
        'exec sleep 1000',
        "trap 'sleep 0.7; exit 0' TERM; while :; do sleep 0.1; done; true ours",
      ),
    );
    watching = startWatch(world);
    await watching.told('applied');
    await jobUntil(world, 'web', 'runs', isRunning);
    const theirs = world.read(PLIST).replace('true ours', 'true theirs');
    const journal = join(world.home, '.local/state/reconcile/embedded/journal');
    const rewrite = () => renameSync(world.write(`${PLIST}.new`, theirs), join(world.home, PLIST));
    // The rival loads what it wrote, and the loop has to take that out again: in the middle of that it is killed.
    process.kill(watching.pid, 'SIGSTOP');
    await world.launchctl('bootout', target());
    rewrite();
    const load = ['bootstrap', `gui/${process.getuid?.()}`, join(world.home, PLIST)];
    await until('the rival has it loaded', async () => (await world.launchctl(...load)).code === 0);
    await jobUntil(world, 'web', 'runs', ({ pid }) => pid !== null);
    process.kill(watching.pid, 'SIGCONT');
    await until('the correction is half done', () => {
      const isAtWork = existsSync(journal) && readdirSync(journal).some((name) => name.endsWith('.json'));
      return isAtWork && !world.read(PLIST).includes('theirs');
    });
    await watching.end('SIGKILL');
    watching = startWatch(world);
    expect(await watching.told('applied')).toMatchObject({ instance: 'web', cause: 'unfinished', keys: [] });
    for (let turn = 2; turn <= 3; turn++) {
      const from = watching.events().length;
      rewrite();
      await watching.told('applied', ({ cause }) => cause === 'outside', from);
    }
    rewrite();
    expect(await watching.told('another-manager')).toMatchObject({
      keys: ['ProgramArguments'],
      corrections: 3,
    });
  });

  it('ends cleanly: by SIGTERM with 0 after the job in hand, by Ctrl-C with 130', async () => {
    world.write(
      'reconcile.yaml',
      FILE.replace('exec sleep 1000', "trap 'sleep 1; exit 0' TERM; while :; do sleep 0.1; done"),
    );
    watching = startWatch(world);
    await watching.told('applied');
    await jobUntil(world, 'web', 'runs', isRunning);
    // The former process takes its time; the new one is loaded all the same.
    world.write('reconcile.yaml', FILE.replace('1000', '2000'));
    await until('the change has begun', () => world.read(PLIST).includes('2000'));
    expect(await watching.end()).toEqual({ code: 0, signal: null });
    expect(watching.events().at(-1)).toMatchObject({ event: 'stopped', why: 'SIGTERM' });
    expect((await world.json('plan'))['summary']).toMatchObject({ noop: 1, update: 0, reload: 0, load: 0 });
    watching = startWatch(world);
    await watching.told('file-loaded');
    expect(await watching.end('SIGINT')).toEqual({ code: 130, signal: null });
  });

  it('is alone over its stack, takes no standard input, and tells as text by default', async () => {
    watching = startWatch(world);
    await watching.told('applied');
    const second = await world.reconcile('watch');
    expect(second).toMatchObject({ code: 75 });
    expect(second.stderr).toContain(`process ${watching.pid}`);
    expect(second.stdout).toContain('ended (watch/running) after 0 rounds');
    expect((await world.reconcile('watch', '-f', '-')).code).toBe(64);
    expect((await world.reconcile('watch', '-t', 'nothing-such')).code).toBe(75);
    await watching.end();
    const text = await world.reconcile('watch', '--rounds', '2', '--interval', '200ms');
    expect(text).toMatchObject({ code: 0 });
    expect(text.stdout).toMatch(/watching .*reconcile\.yaml, every 200 ms/);
    expect(text.stdout).toMatch(/1 job of the stack test/);
    expect((await world.reconcile('watch', '-t', 'nothing-such')).code).toBe(64);
    // Whatever a person does to a job is told the next loop; where nothing is done, there is nothing to tell.
    const words = join(world.home, LOOP, 'test.told');
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect(existsSync(words)).toBe(false);
    expect((await world.reconcile('restart', 'web')).code).toBe(0);
    expect(readdirSync(words)).toHaveLength(1);
  });

  it('takes its lock again when its files are removed, so that no second loop comes up', async () => {
    const half = world.write(`${LOOP}/.reconcile-4194303-0123456789abcdef`, 'half a file of a killed one');
    watching = startWatch(world);
    await watching.told('applied');
    expect(existsSync(half)).toBe(false);
    rmSync(join(world.home, LOOP), { recursive: true });
    expect(await watching.told('trouble')).toMatchObject({ code: 'watch/lock-removed', retry_at: null });
    expect((await world.reconcile('watch')).code).toBe(75);
    // All that it leaves for others is there again.
    await until('the note is written', () => existsSync(join(world.home, LOOP, 'test.note.json')));
    expect(existsSync(join(world.home, LOOP, 'test.json'))).toBe(true);
    await world.launchctl('bootout', target());
    await watching.told('applied', ({ op }) => op === 'load');
    expect(await watching.end()).toEqual({ code: 0, signal: null });
  });

  it('ends with a clear word when another loop has come up without its lock', async () => {
    const first = startWatch(world);
    onTestFinished(() => void first.end('SIGKILL'));
    await first.told('applied');
    process.kill(first.pid, 'SIGSTOP');
    rmSync(join(world.home, LOOP), { recursive: true });
    watching = startWatch(world);
    await watching.told('file-loaded');
    await world.launchctl('bootout', target());
    await watching.told('applied', ({ op }) => op === 'load');
    const ended = first.end('SIGCONT');
    expect(await ended).toEqual({ code: 75, signal: null });
    const [stopped, document] = first.events().slice(-2);
    expect(stopped).toMatchObject({ event: 'stopped', why: 'watch/running' });
    expect(JSON.stringify(document)).toContain(
      `process ${watching.pid} is the loop over the stack test by now`,
    );
    expect(first.events().filter(({ op }) => op === 'load')).toEqual([]);
  });

  it('goes on healing when what it remembers cannot be written down, and says so once', async () => {
    const path = join(world.home, LOOP, 'test.json');
    watching = startWatch(world);
    await watching.told('applied');
    rmSync(path, { force: true });
    // In its place there is a folder, which no file replaces.
    mkdirSync(join(path, 'x'), { recursive: true });
    for (let turn = 1; turn <= 2; turn++) {
      const from = watching.events().length;
      await world.launchctl('bootout', target());
      await watching.told('applied', ({ op }) => op === 'load', from);
    }
    expect(watching.events().filter(({ event }) => event === 'trouble')).toMatchObject([
      { code: 'watch/own-files', retry_at: null },
    ]);
    rmSync(path, { recursive: true });
    expect(await watching.told('recovered')).toMatchObject({ code: 'watch/own-files' });
    // It knows what it did meanwhile.
    expect(JSON.parse(readFileSync(path, 'utf8')).jobs[target()].corrections).toHaveLength(2);
    // A loop that cannot read it begins with nothing, and begins.
    await watching.end();
    rmSync(path);
    mkdirSync(join(path, 'x'), { recursive: true });
    watching = startWatch(world);
    await watching.told('file-loaded');
    expect(watching.stderr()).toContain('counts anew');
  });

  it('ends quietly with 0 once nobody reads what it tells', async () => {
    watching = startWatch(world);
    await watching.told('applied');
    watching.leave();
    await world.launchctl('bootout', target());
    expect(await watching.ended).toEqual({ code: 0, signal: null });
    expect(watching.stderr()).toBe('');
    // What was under way went on to its end.
    expect((await world.launchctl('print', target())).code).toBe(0);
  });

  it('minds one stack only: a file that is renamed is told of, and the last good one stays in force', async () => {
    watching = startWatch(world);
    await watching.told('applied');
    const { pid } = await jobUntil(world, 'web', 'runs', isRunning);
    world.write('reconcile.yaml', FILE.replace('name: test', 'name: other').replace('1000', '2000'));
    const told = await watching.told('file-invalid');
    expect(JSON.stringify(told)).toContain('watch/renamed');
    world.write('reconcile.yaml', FILE);
    await watching.told('file-loaded', () => true, watching.events().length);
    expect(watching.events().map(({ event }) => event)).not.toContain('left-alone');
    expect((await statusOf(world, 'web')).pid).toBe(pid);
  });

  it('with a log of its own cuts no file that somebody else’s standard error goes to', () => {
    world.write('reconcile.yaml', 'version: 1\ninstances: {}\n');
    const cut = (name: string): boolean => {
      const path = world.write(name, 'x'.repeat(1024 * 1024 + 1));
      const descriptor = openSync(path, 'a');
      const args = [CLI, 'watch', '--rounds', '1', '--log', 'kept.log'];
      const stdio = ['ignore', 'ignore', descriptor] as const;
      const { status } = spawnSync(process.execPath, args, {
        env: { ...world.env },
        cwd: world.home,
        stdio: [...stdio],
      });
      closeSync(descriptor);
      expect(status).toBe(0);
      return statSync(path).size < 1024;
    };
    expect([cut('kept.err.log'), cut('of-somebody.log')]).toEqual([true, false]);
  });

  it('stands in the way of destroy, which it would undo', async () => {
    watching = startWatch(world);
    await watching.told('applied');
    const { pid } = await jobUntil(world, 'web', 'runs', isRunning);
    const refused = await world.reconcile('destroy', '--yes');
    expect(refused).toMatchObject({ code: 75 });
    expect(refused.stderr).toContain(`kill ${watching.pid}`);
    expect((await statusOf(world, 'web')).pid).toBe(pid);
    await watching.end();
    expect((await world.reconcile('destroy', '--yes')).code).toBe(0);
  });

  it('asks launchd once a round and domain, and reads no plist twice', async () => {
    await world.reconcile('apply', '--yes');
    await jobUntil(world, 'web', 'runs', isRunning);
    // After a restart the proof does not hold: it is asked once, and remembered.
    await world.launchctl('kickstart', '-k', target());
    await jobUntil(world, 'web', 'runs', isRunning);
    const rounds = 5;
    const { stderr, code } = await world.reconcile(
      'watch',
      '-v',
      '--rounds',
      String(rounds),
      '--interval',
      '100ms',
    );
    expect(code).toBe(0);
    expect(stderr.match(/launchctl print gui\/\d+ /g)).toHaveLength(rounds);
    expect(stderr.match(/launchctl print gui\/\d+\/com/g)).toHaveLength(1);
    expect(stderr.match(/launchctl /g)).toHaveLength(rounds + 1);
  });
});
