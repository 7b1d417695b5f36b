import { chmodSync, existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/private-home.ts';
import { isThorough, record } from '../support/reliability.ts';

/**
 * A walk through states that can be reached: each step, people and programs do something to file, launchd, overrides and
 * ledger, another configuration is declared, and it is applied. Then there is nothing left to do.
 */

const STEPS = isThorough ? 40 : 6;
const STATE = '.local/state/reconcile/embedded';
const NAMES = ['a', 'b', 'c', 'd'] as const;

let world: World;
beforeAll(() => {
  world = createWorld();
});
afterAll(() => world.end());

const settings: fc.Arbitrary<string> = fc
  .record({
    command: fc.constantFrom('command: /bin/sleep 1000', 'command: /bin/sleep 1001', 'command: /bin/date'),
    domain: fc.constantFrom('', '', '', 'domain: user', 'domain: system'),
    enabled: fc.constantFrom('', '', '', 'enabled: true', 'enabled: false'),
    start: fc.constantFrom(
      '',
      'start: { every: 1h }',
      'start: { schedule: "30 3 * * *" }',
      'start: { at_load: false }',
    ),
    environment: fc.constantFrom('', 'environment: { V: one }', 'environment: { V: two, TOKEN: three }'),
    more: fc.constantFrom(
      '',
      'nice: 3',
      'umask: "077"',
      'stop_timeout: 2s',
      'logs: true',
      'launchd: { LegacyTimers: true }',
    ),
    ignored: fc.constantFrom('', '', '', 'ignore_changes: [Nice, Umask]'),
  })
  .map((parts) =>
    Object.values(parts)
      .filter((part) => part !== '')
      .join(', '),
  );

const DEEDS = [
  'bootout',
  'disable',
  'enable',
  'edit',
  'remove',
  'damage',
  'loosen',
  'tighten',
  'load an edit',
  'stop',
  'kill',
  'nothing',
] as const;
type Deed = (typeof DEEDS)[number];

const step = fc.record({
  jobs: fc.record(Object.fromEntries(NAMES.map((name) => [name, fc.option(settings, { freq: 4 })]))),
  deeds: fc.record(Object.fromEntries(NAMES.map((name) => [name, fc.constantFrom(...DEEDS)]))),
  loses: fc.constantFrom('nothing', 'nothing', 'nothing', 'the ledger'),
  adopt: fc.boolean(),
});

interface Shown {
  readonly label: string;
  readonly domain: string;
  readonly plist: string;
  readonly op: string;
  readonly actions: readonly string[];
}
const planned = async (): Promise<readonly Shown[]> =>
  (await world.json('plan', '--refresh', 'full'))['changes'] as readonly Shown[];

async function disturb({ label, domain, plist }: Shown, deed: Deed): Promise<void> {
  const target = `${domain}/${label}`;
  const text = existsSync(plist) ? readFileSync(plist, 'utf8') : null;
  const edited = text?.replace(/<string>100\d<\/string>/, '<string>1002</string>') ?? null;
  const reload = async (): Promise<void> => {
    await world.launchctl('bootout', '--wait', target);
    await world.launchctl('bootstrap', domain, plist);
  };
  switch (deed) {
    case 'bootout':
      await world.launchctl('bootout', '--wait', target);
      break;
    case 'disable':
    case 'enable':
      await world.launchctl(deed, target);
      break;
    case 'stop':
      await world.reconcile('stop', label);
      break;
    case 'kill':
      await world.launchctl('kill', 'SIGKILL', target);
      break;
    case 'nothing':
      break;
    default:
      if (text === null || edited === null) break;
      if (deed === 'edit') writeFileSync(plist, edited);
      else if (deed === 'remove') unlinkSync(plist);
      else if (deed === 'damage') writeFileSync(plist, text.slice(0, text.length / 2));
      else if (deed === 'loosen') chmodSync(plist, 0o666);
      else if (deed === 'tighten') chmodSync(plist, 0o600);
      else {
        writeFileSync(plist, edited);
        await reload();
        writeFileSync(plist, text);
      }
  }
}

/** Changes that are still planned; without those that apply told to be failed, blocked, held or put off. */
function left(changes: readonly Shown[], excused: ReadonlySet<string>): readonly string[] {
  return changes
    .filter(({ actions, label, domain }) => actions.length > 0 && !excused.has(`${domain}/${label}`))
    .map(({ op, label, actions }) => `${op} ${label}: ${actions.join(' ')}`);
}

describe('any state and any declaration', () => {
  it('apply, then plan: nothing is left to do', { timeout: 900_000 }, async () => {
    const walk = fc.sample(step, { numRuns: STEPS, seed: 11 });
    const counts = { changes: 0, excused: 0, left: 0 };
    let known: readonly Shown[] = [];
    for (const [index, { jobs, deeds, loses, adopt }] of walk.entries()) {
      for (const change of known) {
        const deed = deeds[change.label.replace('com.example.', '')];
        if (deed !== undefined) await disturb(change, deed);
      }
      if (loses === 'the ledger') world.write(`${STATE}/ledger.json`, '{"version":1,"entries":[]}');
      const declared = Object.entries(jobs).flatMap(([name, each]) =>
        each === null ? [] : [`  ${name}: { ${each} }\n`],
      );
      world.write(
        'reconcile.yaml',
        `version: 1\nname: walk\nlabel_prefix: com.example\ninstances:${declared.length === 0 ? ' {}' : ''}\n${declared.join('')}`,
      );
      const where = `step ${index}: ${JSON.stringify({ deeds, loses, adopt })}\n${world.read('reconcile.yaml')}`;

      const first = await world.json('apply', '--yes', ...(adopt ? ['--adopt'] : []));
      const results = first['results'] as readonly { label: string; domain: string; outcome: string }[];
      expect(results, `${where}${JSON.stringify(first)}`).toBeDefined();
      const changes = first['changes'] as readonly Shown[];
      // What is only adopted restarts nothing; if launchd holds an older one, the next plan says so.
      const adopted = changes.filter(({ op }) => op === 'adopt');
      const open = results.filter(({ outcome }) => outcome !== 'applied' && outcome !== 'unchanged');
      const excused = new Set([...open, ...adopted].map(({ domain, label }) => `${domain}/${label}`));
      expect(
        open.filter(({ outcome }) => outcome === 'rollback-failed'),
        where,
      ).toEqual([]);
      known = await planned();
      const undone = left(known, excused);
      counts.left += undone.length;
      expect(undone, where).toEqual([]);
      counts.changes += changes.filter(({ actions }) => actions.length > 0).length;
      counts.excused += excused.size;
    }
    expect(counts.changes).toBeGreaterThan(STEPS);
    record('walk', {
      steps: STEPS,
      'changes applied': counts.changes,
      'blocked, held or adopted': counts.excused,
      'left to do': counts.left,
    });
  });
});
