import { readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReconcileError } from '../../src/model/errors.ts';
import { parse } from '../config/host.ts';
import { applyOnce, planOnce } from '../support/kill-run.ts';
import { createKillWorld, DOMAINS, differences, type KillWorld, lookAt } from '../support/kill-world.ts';
import { isThorough, record } from '../support/reliability.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Files that are not what they should be: what we read is refused with words or made good, and nothing else is touched. */

const GOOD = `version: 1
name: dots
label_prefix: com.example
vars: { brew: /opt/homebrew }
defaults: { restart: on-failure }
templates:
  worker: { command: ["\${vars.brew}/bin/work", "\${instance}"], environment: { LEVEL: "2" }, umask: "077" }
instances:
  one: { template: worker, restart: { policy: always, throttle: 30s } }
  two: { template: worker, start: { schedule: "30 3 * * 1-5" }, depends_on: [one] }
  three: { command: ~/bin/three --quiet, launchd: { SoftResourceLimits: { NumberOfFiles: 4096 } } }
`;

/** The text with some of it cut out, doubled, or replaced by what YAML gives a meaning. */
const damaged: fc.Arbitrary<string> = fc
  .array(
    fc.record({
      at: fc.nat(GOOD.length - 1),
      length: fc.nat(12),
      by: fc.oneof(
        fc.constantFrom(
          '',
          '\t',
          '\n',
          '{',
          '}',
          '[',
          '*a',
          '&a ',
          '${',
          '"',
          ': ',
          '- ',
          '!!x ',
          '\u0000',
          '<<: ',
          '1e999',
        ),
        fc.string({ unit: 'binary', maxLength: 6 }),
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce((text, { at, length, by }) => text.slice(0, at) + by + text.slice(at + length), GOOD),
  );

describe('a damaged declaration', () => {
  it('is read, or refused at a place with a code; it never breaks us', () => {
    const tried = isThorough ? 5_000 : 200;
    let refused = 0;
    expect(parse(GOOD).diagnostics).toEqual([]);
    for (const text of fc.sample(damaged, { numRuns: tried, seed: 3 })) {
      const { config, diagnostics } = parse(text);
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      expect(config === null ? errors.length : 1, text).toBeGreaterThan(0);
      for (const { code, message } of errors) {
        expect(code, text).toMatch(/^[a-z-]+\/[a-z0-9-]+$/);
        expect(message, text).not.toBe('');
      }
      if (config === null || errors.length > 0) refused += 1;
    }
    expect(refused).toBeGreaterThan(0);
    record('files', {
      file: 'the declaration',
      tried,
      refused,
      'read or put right': tried - refused,
    });
  });
});

/** What may become of a file of ours. */
const DAMAGES: readonly (readonly [name: string, damage: (text: string) => string])[] = [
  ['empty', () => ''],
  ['one byte', () => '{'],
  ['binary', () => '\u0000\u0001\ufffd\u0000'],
  ['other text', () => 'hello, world\n'],
  ...Array.from(
    { length: isThorough ? 24 : 4 },
    (_, index, count = isThorough ? 24 : 4) =>
      [
        `cut after ${index + 1}/${count + 1}`,
        (text: string) => text.slice(0, Math.floor((text.length * (index + 1)) / (count + 1))),
      ] as const,
  ),
  ['another version', (text) => text.replace(/"?version"?([:=]) ?"?1/, 'version$1 "99')],
];

const FILES = [
  ['the ledger', 'state/ledger.json'],
  ['a plist that is to change', 'agents/com.example.update-shown.plist'],
  ['a plist that is to go', 'agents/com.example.delete-one.plist'],
  ['the journal of a killed run', 'state/journal'],
] as const;

const THEIRS = 'agents/org.example.theirs.plist';

/** All that was there before and is neither ours nor the damaged file. */
function theirs({ folder, launchctl }: KillWorld): unknown {
  const { ino, mtimeMs, mode } = statSync(join(folder, THEIRS));
  const pids = DOMAINS.flatMap((domain) =>
    launchctl
      .loaded(domain)
      .filter((label) => label.startsWith('org.'))
      .map((label) => launchctl.pid(domain, label)),
  );
  return [readFileSync(join(folder, THEIRS), 'utf8'), ino, mtimeMs, mode, pids];
}

/** Runs an apply up to the call of launchctl that begins like this, and no further. */
async function endBefore({ folder, mac }: KillWorld, call: string): Promise<void> {
  await new Promise<void>((reached) => {
    const launchctl: typeof mac.launchctl = {
      call: (args, options) => {
        if (!args.join(' ').startsWith(call)) return mac.launchctl.call(args, options);
        reached();
        return new Promise<never>(() => {});
      },
    };
    void applyOnce(folder, { ...mac, launchctl });
  });
  // As of a process that is dead.
  for (const state of ['state', 'system-state'])
    for (const name of readdirSync(join(folder, state)))
      if (name.startsWith('apply.lock.')) unlinkSync(join(folder, state, name));
}

/** Stops for a reason that it names, or null. */
async function refusal(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ReconcileError);
    return (error as ReconcileError).code;
  }
}

describe('a damaged file of ours', () => {
  it.each(FILES)(
    '%s: plan writes nothing; apply touches nothing, or comes to the declared state',
    {
      timeout: 120_000,
    },
    async (name, path) => {
      let refused = 0;
      let touched = 0;
      for (const [kind, damage] of DAMAGES) {
        const world = await createKillWorld(temporaryFolder());
        const { folder, mac } = world;
        const plist = readFileSync(join(folder, 'agents/com.example.update-shown.plist'), 'utf8');
        writeFileSync(
          join(folder, THEIRS),
          plist.replace(/<!--.*?-->\n?/gs, '').replaceAll('com.example.update-shown', 'org.example.theirs'),
        );
        expect((await mac.launchctl.call(['bootstrap', DOMAINS[0] ?? '', join(folder, THEIRS)])).code).toBe(
          0,
        );
        if (path === 'state/journal') await endBefore(world, `bootstrap ${DOMAINS[0]}`);
        const names = path === 'state/journal' ? readdirSync(join(folder, path)) : [''];
        expect(names).toHaveLength(1);
        const target = join(folder, path, names[0] ?? '');
        writeFileSync(target, damage(readFileSync(target, 'utf8')), { mode: 0o600 });
        const others = theirs(world);
        const before = await lookSafely(world);
        const planned = await refusal(() => planOnce(folder, mac, 'proven'));
        expect(differences(await lookSafely(world), before), kind).toEqual([]);
        const applied = await refusal(() => applyOnce(folder, mac));
        expect(applied === null, `${kind}: ${planned}, ${applied}`).toBe(planned === null);
        if (applied !== null) {
          refused += 1;
          expect(differences(await lookSafely(world), before), kind).toEqual([]);
        } else {
          const { changes } = await planOnce(folder, mac, 'full');
          const left = changes.flatMap(({ label, actions }) =>
            actions.map(({ action }) => `${action} ${label}`),
          );
          expect(left, kind).toEqual([]);
        }
        if (differences(theirs(world), others).length > 0) touched += 1;
        expect(theirs(world), kind).toEqual(others);
      }
      record('files', {
        file: name,
        tried: DAMAGES.length,
        refused,
        'read or put right': DAMAGES.length - refused,
        'others touched': touched,
      });
    },
  );
});

/** Files as they are, launchd as it is; the ledger may be unreadable. */
async function lookSafely(world: KillWorld): Promise<unknown> {
  const { folder, launchctl } = world;
  try {
    return await lookAt(world);
  } catch {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [path, readFileSync(join(folder, path), 'latin1')]);
    const loaded = DOMAINS.map((domain) =>
      launchctl.loaded(domain).map((label) => [label, launchctl.pid(domain, label)]),
    );
    return { files: Object.fromEntries(files), loaded };
  }
}
