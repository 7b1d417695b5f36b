import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/private-home.ts';

/** What a repository checks without a Mac: files by name, and what a change of them changes. */

const EXAMPLES = join(import.meta.dirname, '../../examples');
const STUDIO = ['--as', 'host=studio,user=me,uid=501,os=macos'];
const GOOD = 'version: 1\ninstances: {a: {command: /bin/true, restart: never}}\n';

let world: World;
beforeAll(() => {
  world = createWorld();
  world.write('one/reconcile.yaml', GOOD);
  world.write('two/reconcile.yaml', `${GOOD}name: two\n`);
  world.write('bad/reconcile.yaml', 'version: 1\ninstances: {a: {command: /bin/true, nise: 5}}\n');
  world.write('worse/reconcile.yaml', 'version: 2\n');
  for (const folder of ['base', 'head'])
    cpSync(join(EXAMPLES, 'dotfiles'), join(world.home, folder, 'mac'), { recursive: true });
  const head = world.read('head/mac/reconcile.yaml');
  world.write('head/mac/reconcile.yaml', head.replace('throttle: 30s', 'throttle: 5s'));
  const notes = world.read('head/mac/jobs/notes.yaml');
  world.write(
    'head/mac/jobs/notes.yaml',
    `${notes}  mail:\n    command: /opt/mail\n    environment: {API_TOKEN: hunter2-hunter2}\n`,
  );
});
afterAll(() => world.end());

describe('validate FILE…', () => {
  it('checks each by itself, though -f would merge them', async () => {
    const { code, stdout } = await world.reconcile('validate', 'one/reconcile.yaml', 'two/reconcile.yaml');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.replace(`${world.home}/`, ''))).toEqual([
      expect.stringMatching(/^one\/reconcile.yaml is valid: 1 job for /),
      expect.stringMatching(/^two\/reconcile.yaml is valid: 1 job for /),
      '',
    ]);
  });

  it('tells what is wrong with all of them, each at its place', async () => {
    const { code, stdout, stderr } = await world.reconcile(
      'validate',
      'bad/reconcile.yaml',
      'one/reconcile.yaml',
      'worse/reconcile.yaml',
    );
    expect(code).toBe(65);
    expect(stdout).toContain('one/reconcile.yaml is valid');
    expect(stderr).toMatch(/no field `nise`[\s\S]*bad\/reconcile.yaml:2:37[\s\S]*worse\/reconcile.yaml:1:10/);
  });

  it('says the same as JSON', async () => {
    expect(await world.json('validate', 'one/reconcile.yaml')).toMatchObject({ stack: 'default', jobs: 1 });
    expect(await world.json('validate', 'one/reconcile.yaml', 'two/reconcile.yaml')).toMatchObject({
      exit_code: 0,
      checked: [{ stack: 'default' }, { stack: 'two' }],
    });
    const { exit_code, diagnostics } = await world.json(
      'validate',
      'one/reconcile.yaml',
      'bad/reconcile.yaml',
    );
    expect(exit_code).toBe(65);
    expect(diagnostics).toMatchObject([
      { code: 'field/unknown', file: join(world.home, 'bad/reconcile.yaml') },
    ]);
  });

  it('wants the files named one way', async () => {
    const { code, stderr } = await world.reconcile(
      'validate',
      '-f',
      'one/reconcile.yaml',
      'two/reconcile.yaml',
    );
    expect(code).toBe(64);
    expect(stderr).toContain('checked each by itself');
  });
});

describe('plan --against', () => {
  const plan = (...more: readonly string[]) =>
    world.reconcile(
      'plan',
      '-f',
      'head/mac/reconcile.yaml',
      '--against',
      'base/mac/reconcile.yaml',
      ...STUDIO,
      ...more,
    );

  it('tells what one checkout changes against another, for a machine that is not here', async () => {
    const { code, stdout } = await plan('--detailed-exitcode');
    expect(code).toBe(2);
    expect(stdout).toContain(
      '~ serve-notes  com.example.dotfiles.serve-notes  (gui/501)  the declaration changed; will restart',
    );
    expect(stdout).toContain('    ThrottleInterval: 30 → 5  # at least 5 s between two starts');
    expect(stdout).toMatch(
      /\nPlan: 1 to create, 1 to update, \d unchanged\. 1 job will restart, 1 will start\.\n$/,
    );
    expect(stdout).not.toContain('hunter2');
    // Nobody was asked, and nothing was begun.
    expect(existsSync(join(world.home, '.local/state'))).toBe(false);
  });

  it('is Markdown on request', async () => {
    const { code, stdout } = await plan('--format', 'markdown');
    expect(code).toBe(0);
    expect(stdout).toContain(
      '| `~` | **serve-notes** | `com.example.dotfiles.serve-notes` (gui/501) | the declaration changed; will restart |',
    );
    expect(stdout).toContain(
      '#### serve-notes\n\n```diff\n- ThrottleInterval: 30\n+ ThrottleInterval: 5  # at least 5 s between two starts\n```\n',
    );
    expect(stdout).toContain('+ EnvironmentVariables.API_TOKEN: (sensitive)');
  });

  it('finds no change in a checkout that differs in its place only', async () => {
    const { stdout } = await world.reconcile(
      'plan',
      '-f',
      'base/mac/reconcile.yaml',
      '--against',
      join(EXAMPLES, 'dotfiles/reconcile.yaml'),
      ...STUDIO,
    );
    expect(stdout).toMatch(/^No changes\. \d jobs match\.\n$/);
  });

  it('is JSON as any plan is', async () => {
    const document = await world.json('plan', '-f', 'two/reconcile.yaml', '--against', 'two/reconcile.yaml');
    expect(document).toMatchObject({
      command: 'plan',
      exit_code: 0,
      changes: [{ instance: 'a', op: 'noop' }],
    });
  });

  it('tells a fault of the other file at its place there', async () => {
    const { code, stderr } = await world.reconcile(
      'plan',
      '-f',
      'one/reconcile.yaml',
      '--against',
      'bad/reconcile.yaml',
    );
    expect(code).toBe(65);
    expect(stderr).toContain(`${world.home}/bad/reconcile.yaml:2:37`);
    const missing = await world.reconcile(
      'plan',
      '-f',
      'one/reconcile.yaml',
      '--against',
      'none/reconcile.yaml',
    );
    expect(missing.code).toBe(65);
    expect(missing.stderr).toContain('There is no file');
  });

  it('cannot be saved, and needs a place of its own', async () => {
    const saved = await plan('--out', 'plan.json');
    expect([saved.code, existsSync(join(world.home, 'plan.json'))]).toEqual([64, false]);
    const piped = await world.reconcile('plan', '-f', '-', '--against', 'one/reconcile.yaml');
    expect(piped.code).not.toBe(0);
  });
});

describe('audit --format markdown', () => {
  it('is a table with the reasons below', async () => {
    const { code, stdout } = await world.reconcile(
      'audit',
      '--format',
      'markdown',
      '--fail-on',
      'info',
      join(EXAMPLES, 'vitest/agents'),
    );
    expect(code).toBe(2);
    expect(stdout).toMatch(/^\*\*.* in 1 of 1 job\..*\*\*\n\n\| {2}\| where \| rule \| what \|\n/);
    expect(stdout).toContain('<details><summary>Why it matters</summary>');
  });
});
