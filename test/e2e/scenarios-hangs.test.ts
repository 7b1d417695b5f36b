import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFaultyWorld, type FaultyWorld } from '../support/faulty-world.ts';
import type { Ended } from '../support/private-home.ts';
import { isThorough, record } from '../support/reliability.ts';

/** The built command with a launchctl that hangs, babbles, stops in the middle of its answer or dies. */

let world: FaultyWorld;
let file = '';
const LABELS = ['com.example.goes', 'com.example.stays', 'com.example.comes', 'org.example.theirs'];

beforeAll(async () => {
  world = createFaultyWorld();
  world.write('others.yaml', declare('others', 'org.example', ['theirs']));
  file = world.write('reconcile.yaml', declare('mine', 'com.example', ['goes', 'stays']));
  for (const each of ['others.yaml', 'reconcile.yaml'])
    expect((await world.reconcile('apply', '--yes', '-f', each)).code).toBe(0);
  world.write('reconcile.yaml', declare('mine', 'com.example', ['stays', 'comes'], 'two'));
});
afterAll(() => world.end());

const declare = (name: string, prefix: string, jobs: readonly string[], value = 'one'): string =>
  `version: 1\nname: ${name}\nlabel_prefix: ${prefix}\ninstances:\n${jobs
    .map((job) => `  ${job}: { command: /bin/date, start: { every: 1h }, environment: { V: ${value} } }\n`)
    .join('')}`;

const FAULTS = {
  hangs: 'exec sleep 600',
  'answers garbage': `printf '}{ \\001\\377 = {\\n'; exit 0`,
  'answers the half': `"$real" "$@" | head -c 60; exit 0`,
  'dies by a signal': 'kill -9 $$',
} as const;

/** What is to be there in the end. */
const DECLARED: Readonly<Record<string, string>> = {
  'com.example.goes': 'not loaded, none',
  'com.example.stays': 'two, two 644',
  'com.example.comes': 'two, two 644',
};

/** Each plist with its mode, and what launchd has under each label: path and variable. */
async function lookAround(): Promise<Readonly<Record<string, string>>> {
  world.fault('');
  const domain = ((await world.json('status', '-f', 'others.yaml'))['jobs'] as { domain: string }[])[0]
    ?.domain;
  const found: Record<string, string> = {};
  for (const label of LABELS) {
    const { stdout } = await world.launchctl('print', `${domain}/${label}`);
    const loaded = /^\t\tV => (.*)$/m.exec(stdout)?.[1] ?? 'not loaded';
    const path = join(world.home, world.agents, `${label}.plist`);
    found[label] = `${loaded}, ${plistAt(path)}`;
  }
  return found;
}

function plistAt(path: string): string {
  try {
    const { mode } = statSync(path);
    return `${/<key>V<\/key>\s*<string>(.*)<\/string>/.exec(readFileSync(path, 'utf8'))?.[1]} ${(mode & 0o777).toString(8)}`;
  } catch {
    return 'none';
  }
}

const apply = (): Promise<Ended> => world.reconcile('apply', '--yes', '--timeout', '1s', '-f', file);

describe('a launchctl that is not to be trusted', () => {
  const verbs = isThorough ? ['print', 'bootstrap', 'bootout'] : ['print'];
  it.each(verbs.flatMap((verb) => Object.keys(FAULTS).map((fault) => [verb, fault] as const)))(
    '%s %s: nothing is lost, and the next apply does the rest',
    async (verb, fault) => {
      const before = await lookAround();
      world.fault(`if [ "$1" = ${verb} ]; then ${FAULTS[fault as keyof typeof FAULTS]}; fi`);
      const run = await apply();
      const after = await lookAround();
      expect(run.stderr + run.stdout).not.toMatch(/^\s+at .*:\d+/m);
      if (verb === 'print') {
        expect(run).toMatchObject({ code: 69, stdout: '' });
        expect(after).toEqual(before);
      }
      expect((await apply()).code).toBe(0);
      const end = await lookAround();
      const theirs = [after, end].filter(
        (each) => each['org.example.theirs'] !== before['org.example.theirs'],
      );
      const lost = Object.keys(DECLARED).filter((label) => end[label] !== DECLARED[label]);
      record('hangs', { verb, fault, tried: 1, lost: lost.length, 'others touched': theirs.length });
      expect(end).toEqual({ ...DECLARED, 'org.example.theirs': 'one, one 644' });
      expect(theirs).toEqual([]);

      world.write('reconcile.yaml', declare('mine', 'com.example', ['goes', 'stays']));
      expect((await apply()).code).toBe(0);
      world.write('reconcile.yaml', declare('mine', 'com.example', ['stays', 'comes'], 'two'));
    },
  );
});
