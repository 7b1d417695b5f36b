import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createFaultyWorld } from '../support/faulty-world.ts';
import { isRunning, jobUntil } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';
import { startWatch, type Watching } from '../support/watch.ts';

let world: World | null = null;
let watching: Watching | null = null;
afterEach(async () => {
  await watching?.end('SIGKILL');
  watching = null;
  await world?.end();
  world = null;
});

const file = (more: string): string => `version: 1
name: test
label_prefix: com.example
${more}
instances:
  web: { command: /bin/sleep 1000, restart: { policy: always, throttle: 1s } }
`;

function prepare(here: World, script: string, setting: string): void {
  chmodSync(here.write('tell', `#!/bin/sh\ncd "$(dirname "$0")"\n${script}\n`), 0o755);
  here.write('reconcile.yaml', file(`on_event: ${setting}`));
}

const lines = (here: World, name: string): readonly string[] => {
  try {
    return here.read(name).split('\n').slice(0, -1);
  } catch {
    return [];
  }
};

describe('on_event', () => {
  it('runs a command when an apply fails, which neither waits for it nor fails by it', async () => {
    const faulty = createFaultyWorld();
    world = faulty;
    prepare(
      faulty,
      'cat >> told; echo "$RECONCILE_EVENT $RECONCILE_INSTANCE $1" >> names; exit 9',
      '{ command: [~/tell, word] }',
    );
    faulty.fault(
      `if [ "$1" = bootstrap ]; then echo "Bootstrap failed: 134: Service cannot load in requested session" >&2; exit 134; fi`,
    );
    const failed = await faulty.reconcile('apply', '--yes');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`on_event: ${join(faulty.home, 'tell')} ended with 9.`);
    expect(lines(faulty, 'names')).toEqual(['failed web word']);
    expect(JSON.parse(lines(faulty, 'told')[0] ?? '')).toMatchObject({
      stack: 'test',
      what: 'rolled-back',
      label: 'com.example.web',
      error: { code: 'launchctl/134' },
      by: { command: 'apply' },
    });
    faulty.fault('');
    expect((await faulty.reconcile('apply', '--yes')).code).toBe(0);
    expect(lines(faulty, 'names')).toHaveLength(1);
  });

  it('runs it when the loop has healed a job, and the history tells of it', async () => {
    const here = createWorld();
    world = here;
    prepare(
      here,
      'echo "$RECONCILE_EVENT $RECONCILE_LABEL" >> names',
      '{ command: [~/tell], events: [healed] }',
    );
    watching = startWatch(here);
    await jobUntil(here, 'web', 'runs', isRunning);
    await here.launchctl('bootout', `gui/${process.getuid?.()}/com.example.web`);
    await until('the event', () => lines(here, 'names').length > 0);
    expect(lines(here, 'names')[0]).toBe('healed com.example.web');
    await watching.end('SIGTERM');
    watching = null;
    const { stdout } = await here.reconcile('history');
    expect(stdout).toMatch(/loaded +web .*\(watch, /);
    expect(stdout).toMatch(/healed +web +it had been changed outside of reconcile: not loaded +\(watch, /);
  });

  it('is refused where it cannot be meant', async () => {
    const here = createWorld();
    world = here;
    prepare(here, '', '{ command: [tell], events: [heeled] }');
    const { code, stderr } = await here.reconcile('validate');
    expect(code).toBe(65);
    expect(stderr).toContain('on-event/program');
    expect(stderr).toContain('heeled');
  });
});
