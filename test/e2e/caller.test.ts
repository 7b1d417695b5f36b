import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { CLI, createWorld, until, type World } from '../support/private-home.ts';

/** Scenario 51: run from inside a managed job, that job is left alone or handed over, and never half done. */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

/** The job `inside` does what `todo` says, once, in its own process; `mark` tells its versions apart. */
function declare(mark: string): void {
  world.write(
    'reconcile.yaml',
    `version: 1
name: mine
label_prefix: com.example
instances:
  inside:
    script: |
      while true; do
        if [ -f todo ]; then mv todo doing; /bin/sh ./doing > said 2>&1; echo "exit $?" >> said; mv said done-saying; fi
        sleep 0.1
      done
    working_dir: ${world.home}
    environment: { MARK: "${mark}" }
    restart: always
  other:
    command: /bin/sleep ${mark}
`,
  );
}

/** Runs `reconcile ARGS` inside the job; gives what it said, with its exit code in the last line. */
async function inside(args: string): Promise<string> {
  const env = Object.entries(world.env)
    .map(([name, value]) => `${name}='${value}'`)
    .join(' ');
  world.write('todo.part', `cd '${world.home}' && ${env} '${process.execPath}' '${CLI}' ${args}\n`);
  renameSync(join(world.home, 'todo.part'), join(world.home, 'todo'));
  const said = join(world.home, 'done-saying');
  await until('the job has done it', () => existsSync(said));
  return readFileSync(said, 'utf8');
}

async function installed(): Promise<number | null> {
  declare('1000');
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
  return (await jobUntil(world, 'inside', 'runs', isRunning)).pid;
}

describe('inside a job of the plan', () => {
  it('scenario 51: leaves that job as it is, says why, and applies the rest', async () => {
    const pid = await installed();
    declare('2000');
    const said = await inside('apply --yes');
    expect(said).toContain('reconcile itself runs inside');
    expect(said).toContain('--detach-self');
    expect(said).toContain('exit 3');
    expect((await statusOf(world, 'inside')).pid).toBe(pid);
    const plan = await world.json('plan');
    expect(plan['summary']).toMatchObject({ update: 1, noop: 1 });
  });

  it('scenario 51: plan shows it blocked', async () => {
    await installed();
    declare('2000');
    expect(await inside('plan --json')).toContain('"code": "job/is-caller"');
  });

  it('scenario 51: with --detach-self a detached process does it, once the command has ended', async () => {
    const pid = await installed();
    declare('2000');
    const said = await inside('apply --yes --detach-self');
    expect(said).toContain('exit 0');
    expect(said).not.toContain('blocked');
    const log = /its words go to (\S+)\.$/m.exec(said)?.[1] ?? '';
    expect(statSync(log).mode & 0o777).toBe(0o600);
    await until('the helper has ended', () => /exit code 0\n$/.test(readFileSync(log, 'utf8')));
    const now = await jobUntil(world, 'inside', 'runs anew', isRunning);
    expect(now.pid).not.toBe(pid);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 2 jobs match.\n');
  });

  it('restart and stop of oneself: refused, or handed over', async () => {
    const pid = await installed();
    const refused = await inside('restart inside');
    expect(refused).toContain('reconcile itself runs inside');
    expect(refused).toContain('exit 1');
    expect((await statusOf(world, 'inside')).pid).toBe(pid);
  });

  it('stop of oneself, handed over', async () => {
    await installed();
    const said = await inside('stop inside --detach-self');
    expect(said).toContain('exit 0');
    const held = await jobUntil(world, 'inside', 'is held', ({ verdict }) => verdict === 'held');
    expect(held.loaded).toBe(false);
  });
});
