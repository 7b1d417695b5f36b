import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openWorld, shell } from '../support/embedded-world.ts';

// WatchPaths and QueueDirectories with real files and processes (facts §2.8).

const world = openWorld();
afterAll(() => world.close());

const soon = { timeout: 30_000, interval: 50 };

const runsOf = async (label: string): Promise<number> => Number(await world.field(label, 'runs'));

/** The job has run so often, and rests. */
const rests = (label: string, runs: number): Promise<void> =>
  vi.waitFor(async () => {
    expect(await runsOf(label)).toBe(runs);
    expect(await world.field(label, 'state')).toBe('not running');
  }, soon);

describe('WatchPaths', () => {
  it('starts a job when a missing file comes, is modified, replaced by rename and removed', async () => {
    const label = 'org.example.watch';
    const folder = join(world.folder, 'conf');
    const conf = join(folder, 'app.conf');
    const fresh = join(world.folder, 'fresh.conf');
    await world.load(label, { ProgramArguments: ['/bin/true'], WatchPaths: [conf], ThrottleInterval: 1 });
    await rests(label, 0);
    // Each is one step for the kernel, so that no pause can make two of it.
    const changes = [
      () => mkdirSync(folder),
      () => renameSync(fresh, conf),
      () => appendFileSync(conf, 'more'),
      () => renameSync(fresh, conf),
      () => appendFileSync(conf, 'after the rename'),
      () => unlinkSync(conf),
    ];
    for (const [index, change] of changes.entries()) {
      writeFileSync(fresh, 'fresh');
      change();
      await rests(label, index + 1);
    }
  });

  it('says why: xpc event', async () => {
    const label = 'org.example.watch-why';
    const folder = join(world.folder, 'why');
    mkdirSync(folder);
    await world.load(label, { ProgramArguments: shell('exec sleep 600'), WatchPaths: [folder] });
    writeFileSync(join(folder, 'new'), '');
    await vi.waitFor(async () => expect(await world.field(label, 'state')).toBe('running'), soon);
    expect(await world.field(label, 'immediate reason')).toBe('xpc event');
  });

  it('loops at the throttle rate when the job writes into its own tree', async () => {
    const label = 'org.example.watch-loop';
    const folder = join(world.folder, 'loop');
    mkdirSync(join(folder, 'deep'), { recursive: true });
    const log = join(world.folder, 'loop.log');
    await world.load(label, {
      ProgramArguments: shell(`date +%s%N; echo x >> '${join(folder, 'deep', 'own')}'`),
      StandardOutPath: log,
      WatchPaths: [folder],
      ThrottleInterval: 2,
    });
    writeFileSync(join(folder, 'deep', 'first'), '');
    await vi.waitFor(async () => expect(await runsOf(label)).toBeGreaterThanOrEqual(3), soon);
    await world.launchctl('bootout', '--wait', `${world.gui}/${label}`);
    const starts = readFileSync(log, 'utf8').trim().split('\n').map(Number);
    for (const [index, start] of starts.slice(1).entries())
      expect((start - (starts[index] ?? 0)) / 1e9).toBeGreaterThan(1.9);
  });

  it('wakes the one that is meant among hundreds', async () => {
    const plists = join(world.folder, 'many');
    mkdirSync(plists);
    const labels = Array.from({ length: 300 }, (_, index) => `org.example.many.${index}`);
    for (const label of labels) {
      const watched = join(world.folder, 'watched', label);
      mkdirSync(join(watched, 'below'), { recursive: true });
      const path = world.plist(label, { ProgramArguments: ['/bin/true'], WatchPaths: [watched] });
      renameSync(path, join(plists, `${label}.plist`));
    }
    expect(await world.launchctl('bootstrap', world.gui, plists)).toMatchObject({ code: 0, stderr: '' });
    writeFileSync(join(world.folder, 'watched', 'org.example.many.123', 'below', 'file'), '');
    await rests('org.example.many.123', 1);
    const { stdout } = await world.launchctl('list');
    const ran = labels.filter((label) => new RegExp(`\t${label.replaceAll('.', '\\.')}$`, 'm').test(stdout));
    expect(ran).toHaveLength(300);
    for (const label of ['org.example.many.122', 'org.example.many.124', 'org.example.many.12'])
      expect(await runsOf(label)).toBe(0);
  });
});

describe('QueueDirectories', () => {
  it('keeps a job alive until its folder is empty', async () => {
    const label = 'org.example.queue';
    const queue = join(world.folder, 'spool', 'in');
    const log = join(world.folder, 'queue.log');
    await world.load(label, {
      ProgramArguments: shell(`cd '${queue}' && set -- $(ls -A) && cat "$1" && rm "$1"`),
      StandardOutPath: log,
      QueueDirectories: [queue],
      ThrottleInterval: 1,
    });
    await rests(label, 0);
    // Come at once: the folder is made elsewhere, filled, and moved into place.
    const made = join(world.folder, 'made');
    mkdirSync(made);
    for (const name of ['.hidden', 'a', 'b']) writeFileSync(join(made, name), `${name}\n`);
    mkdirSync(join(queue, '..'));
    renameSync(made, queue);
    await rests(label, 3);
    expect(readdirSync(queue)).toEqual([]);
    expect(readFileSync(log, 'utf8')).toBe('.hidden\na\nb\n');
    writeFileSync(join(queue, 'c'), 'c\n');
    await rests(label, 4);
  });

  it('is printed as kept alive while it waits for the throttle, and no longer', async () => {
    const label = 'org.example.queue-print';
    const queue = join(world.folder, 'waiting');
    mkdirSync(queue);
    writeFileSync(join(queue, 'stays'), '');
    await world.load(label, { ProgramArguments: ['/bin/true'], QueueDirectories: [queue] });
    await vi.waitFor(async () => expect(await world.field(label, 'state')).toBe('spawn scheduled'), soon);
    const trigger = async (): Promise<string> => {
      const { stdout } = await world.launchctl('print', `${world.gui}/${label}`);
      return /com\.apple\.launchd\.QueueDirectories => \{\n\t+(.*)\n/.exec(stdout)?.[1] ?? '';
    };
    expect(await trigger()).toBe('keepalive = 1');
    renameSync(join(queue, 'stays'), join(world.folder, 'gone'));
    await rests(label, 1);
    expect(await trigger()).toBe('keepalive = 0');
  });
});
