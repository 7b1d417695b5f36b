import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type Ended, type World } from '../support/private-home.ts';

/** What a run costs when nothing changed, and when one job of many did. */

const COUNT = 100;
const STATE = '.local/state/reconcile/embedded';

let world: World;

/** Jobs that wait for their time, so that a hundred of them cost nothing but a hundred plists. */
const declare = (minutesOf: (index: number) => number): string =>
  `version: 1\nname: many\nlabel_prefix: com.example\ninstances:\n${Array.from(
    { length: COUNT },
    (_, index) => `  job-${index}: { command: /bin/date, start: { every: ${minutesOf(index)}m } }\n`,
  ).join('')}`;

beforeAll(async () => {
  world = createWorld();
  world.write(
    'reconcile.yaml',
    declare(() => 60),
  );
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
});
afterAll(() => world.end());

/** Inode and times of every plist, of the ledger, and of the folders that they lie in. */
function identities(): Readonly<Record<string, string>> {
  const names = ['LaunchAgents', 'ledger.json', 'journal'];
  const below = readdirSync(join(world.home, STATE, 'LaunchAgents')).map((name) => `LaunchAgents/${name}`);
  return Object.fromEntries(
    [...names, ...below].map((name) => {
      const { ino, mtimeNs, ctimeNs } = statSync(join(world.home, STATE, name), { bigint: true });
      return [name, `${ino} ${mtimeNs} ${ctimeNs}`];
    }),
  );
}

const calls = ({ stderr }: Ended): readonly string[] =>
  stderr.split('\n').flatMap((line) => /^launchctl (.*) {2}\(/.exec(line)?.[1] ?? []);

describe('a hundred jobs in one domain', () => {
  it.each([
    ['plan', ['plan', '--detailed-exitcode']],
    ['apply', ['apply', '--yes']],
  ])('scenario 48: unchanged, cost %s one call of launchctl and no write', async (_, args) => {
    const before = identities();
    const run = await world.reconcile(...args, '-v');
    expect(run).toMatchObject({ code: 0, stdout: `No changes. ${COUNT} jobs match.\n` });
    expect(calls(run)).toEqual([expect.stringMatching(/^print gui\/\d+$/)]);
    expect(identities()).toEqual(before);
  });

  it('of which one is replaced, cost no call and no write for the other ninety-nine', async () => {
    world.write(
      'reconcile.yaml',
      declare((index) => (index === 7 ? 30 : 60)),
    );
    const before = identities();
    const run = await world.reconcile('apply', '--yes', '-v');
    expect(run.code, run.stderr).toBe(0);
    const named = calls(run).filter((call) => !/^print gui\/\d+$/.test(call));
    expect(named.filter((call) => !call.includes('com.example.job-7'))).toEqual([]);
    expect(named.some((call) => call.startsWith('bootstrap '))).toBe(true);
    const after = identities();
    const touched = Object.keys(before).filter((name) => before[name] !== after[name]);
    expect(touched.sort()).toEqual([
      'LaunchAgents',
      'LaunchAgents/com.example.job-7.plist',
      'journal',
      'ledger.json',
    ]);
  });
});
