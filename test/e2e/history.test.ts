import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../src/model/history.ts';
import { CLI, createWorld, until, type World } from '../support/private-home.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const STATE = '.local/state/reconcile/embedded';
const HISTORY = `${STATE}/history.jsonl`;

const declare = (more = '', command = 'exec sleep 1000'): string =>
  world.write(
    'reconcile.yaml',
    `version: 1
name: demo
label_prefix: com.example
instances:
  web:
    command: [/bin/sh, -c, ${command}]
    restart: always
${more}`,
  );

async function events(...args: readonly string[]): Promise<readonly HistoryEvent[]> {
  const document = await world.json('history', ...args);
  expect(document).toMatchObject({ format_version: '1.0', command: 'history', exit_code: 0 });
  return document['events'] as readonly HistoryEvent[];
}

const apply = async (...args: readonly string[]): Promise<void> => {
  const { code, stdout, stderr } = await world.reconcile('apply', '--yes', ...args);
  expect([code, stdout, stderr].join('\n')).toMatch(/^0\n/);
};

describe('reconcile history', () => {
  it('tells what was done and what was left alone, and why; a run without changes writes nothing', async () => {
    declare();
    expect((await world.reconcile('history')).stderr).toContain('Nothing has happened yet');
    await apply();
    const first = readFileSync(join(world.home, HISTORY));
    await apply();
    expect(readFileSync(join(world.home, HISTORY))).toEqual(first);
    declare('    environment: { MODE: fast, API_TOKEN: not-to-be-told }\n');
    await apply();
    await world.reconcile('restart', 'web');
    await world.reconcile('stop', 'web');
    await apply();
    await apply();
    await world.reconcile('start', 'web');
    declare('    enabled: false\n');
    await apply();
    await world.reconcile('destroy', '--yes');

    const told = await events();
    expect(told.map(({ what, by }) => `${by.command}: ${what}`)).toEqual([
      'apply: created',
      'apply: updated',
      'restart: restarted',
      'stop: stopped',
      'apply: left-alone',
      'start: started',
      'apply: updated',
      'destroy: deleted',
    ]);
    expect(told[0]).toMatchObject({
      stack: 'demo',
      instance: 'web',
      label: 'com.example.web',
      domain: `gui/${process.getuid?.()}`,
      outcome: 'applied',
      reasons: ['missing'],
      error: null,
    });
    expect(told[1]?.fields).toEqual([
      { path: ['EnvironmentVariables', 'API_TOKEN'], before: null, after: '(sensitive)' },
      { path: ['EnvironmentVariables', 'MODE'], before: null, after: 'fast' },
    ]);
    expect(told[4]?.reason).toContain('stopped by hand and held');
    expect(world.read(HISTORY)).not.toContain('not-to-be-told');
    expect(statSync(join(world.home, HISTORY)).mode & 0o777).toBe(0o600);
  });

  it('is one text for people: some events, of one job, by a part of its name', async () => {
    declare('  api:\n    command: sleep 1000\n');
    await apply();
    const { stdout, code } = await world.reconcile('history', 'ap');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}.*(now|ago) {2}created {2}api {2}not there yet {2}\(apply, process \d+\)\n/,
    );
    expect((await world.reconcile('history', '-n', '1')).stdout.match(/^\d{4}-/gm)).toHaveLength(1);
    expect(await events('-t', 'w*')).toHaveLength(1);
    const unknown = await world.reconcile('history', 'nobody');
    expect([unknown.code, unknown.stderr]).toEqual([
      64,
      expect.stringContaining('No job is called "nobody"'),
    ]);
    expect(unknown.stderr.match(/web \(com\.example\.web\)/g)).toHaveLength(1);
    expect((await world.reconcile('history', '-t', 'none*')).stderr).toBe('Nothing is told of none*.\n');
    // A job that is declared, and to which nothing has happened yet.
    declare('  fresh:\n    command: sleep 1000\n');
    expect((await world.reconcile('history', 'fresh')).stderr).toContain('Nothing is told of fresh.');
  });

  it('tells of failures with their code and what to do', async () => {
    declare('', '"exit 0"');
    world.write(`${STATE}/LaunchAgents/com.example.web.plist`, 'foreign, and no plist');
    expect((await world.reconcile('apply', '--yes')).code).toBe(1);
    const [event] = await events('web');
    expect(event).toMatchObject({ what: 'left-alone', outcome: 'skipped' });
    expect(event?.error?.message).not.toBe('');
    const { stdout } = await world.reconcile('history');
    expect(stdout).toContain(`[${event?.error?.code}]`);
  });

  it('follows as it happens, as JSON lines, and survives rotation; Ctrl-C ends it', async () => {
    declare();
    await apply();
    const child = spawn(process.execPath, [CLI, 'history', '--follow', '--json'], {
      env: world.env,
      cwd: world.home,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const whats = (): readonly string[] =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as HistoryEvent).what);
    await until('the first event', () => whats().length === 1);
    await world.reconcile('stop', 'web');
    await until('the stop', () => whats().length === 2);
    renameSync(join(world.home, HISTORY), join(world.home, STATE, 'history.1.jsonl'));
    await world.reconcile('start', 'web');
    await until('the start', () => whats().length === 3);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(whats()).toEqual(['created', 'stopped', 'started']);
    expect((await events()).map(({ what }) => what)).toEqual(['created', 'stopped', 'started']);
  });

  it('never fails an apply: what cannot be written is lost, and that is said once', async () => {
    declare('  api:\n    command: sleep 1000\n');
    mkdirSync(join(world.home, HISTORY), { recursive: true });
    const { code, stderr } = await world.reconcile('apply', '--yes');
    expect(code).toBe(0);
    expect(stderr.match(/the history is lost/g)).toHaveLength(1);
    expect(await world.json('status')).toMatchObject({ exit_code: 0 });
    rmSync(join(world.home, HISTORY), { recursive: true });
    await world.reconcile('stop', 'api');
    appendFileSync(join(world.home, HISTORY), 'half a line');
    await world.reconcile('start', 'api');
    const document = await world.json('history');
    expect(document['diagnostics']).toMatchObject([{ code: 'history/damaged', severity: 'warning' }]);
    expect((document['events'] as HistoryEvent[]).map(({ what }) => what)).toEqual(['stopped', 'started']);
  });
});
