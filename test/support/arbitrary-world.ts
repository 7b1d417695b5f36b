import fc from 'fast-check';
import { normalise } from '../../src/launchd/normalise.ts';
import type { Domain } from '../../src/model/domain.ts';
import type { Job } from '../../src/model/job.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { hashFields } from '../../src/plan/hash.ts';
import { markerComments } from '../../src/plist/marker.ts';
import { writePlist } from '../../src/plist/write.ts';
import {
  EMPTY_WORLD,
  hashOf,
  identityOf,
  job,
  OPTIONS,
  overrideKey,
  PLACES,
  plistOf,
  type World,
  type WorldFile,
  type WorldJob,
} from './world.ts';

/** Few instances, so that declarations, files, loaded jobs and the ledger meet often. */
const NAMES = ['a', 'b', 'c', 'd'] as const;
const labelOf = (name: string): string => `local.tools.${name}`;

const keys: fc.Arbitrary<Record<string, PlistValue>> = fc.record(
  {
    RunAtLoad: fc.boolean(),
    KeepAlive: fc.oneof(
      fc.boolean(),
      fc.boolean().map((exit) => dict([['SuccessfulExit', exit]])),
      fc.constant(dict([['OtherJobEnabled', dict([['local.tools.x', true]])]])),
    ),
    StartInterval: fc.constantFrom(60, 900),
    EnvironmentVariables: fc
      .dictionary(fc.constantFrom('PORT', 'API_TOKEN'), fc.constantFrom('1', '2'))
      .map((record) => dict(Object.entries(record))),
    // Leaves no trace in print.
    Nice: fc.constantFrom(1, 5),
    Disabled: fc.constant(true),
    Umask: fc.constantFrom<PlistValue>(63, '077'),
  },
  { requiredKeys: [] },
);

const domain: fc.Arbitrary<Domain> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Domain>('gui/501') },
  { weight: 1, arbitrary: fc.constant<Domain>('user/501') },
  { weight: 1, arbitrary: fc.constant<Domain>('system') },
);

/** A few declared jobs, in no order. */
export const jobs: fc.Arbitrary<readonly Job[]> = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom(...NAMES),
      keys,
      domain,
      enabled: fc.constantFrom(null, null, null, true, false),
      excluded: fc.constantFrom(false, false, false, false, true),
      ignoreChanges: fc.constantFrom([], [], ['Nice'], ['KeepAlive']),
    })
    .map(({ name, keys: own, ...over }) => job(name, own, over)),
  { selector: (each) => each.label, maxLength: 4 },
);

type Mark = 'ours' | 'other' | 'none';

function fileText(name: string, plist: PlistDict, mark: Mark): string {
  if (mark === 'none') return writePlist(plist);
  return writePlist(
    plist,
    markerComments({ stack: mark === 'ours' ? OPTIONS.stack : 'others', instance: name }, null),
  );
}

/** What lies and runs under one name, related to `plists`, which the declarations are made of too. */
const piece = (plists: readonly PlistDict[]): fc.Arbitrary<(world: World, name: string) => World> => {
  const plist = fc.constantFrom(...plists);
  const file = fc.option(
    fc.record({
      plist,
      mark: fc.constantFrom<Mark>('ours', 'ours', 'none', 'other'),
      mode: fc.constantFrom(0o644, 0o644, 0o600, 0o666),
      damage: fc.constantFrom<'none' | 'text' | 'symlink'>(
        'none',
        'none',
        'none',
        'none',
        'none',
        'text',
        'symlink',
      ),
    }),
  );
  const loaded = fc.option(
    fc.record({
      plist,
      running: fc.boolean(),
      elsewhere: fc.constantFrom(false, false, false, true),
      garbled: fc.constantFrom(false, false, false, false, false, true),
    }),
  );
  const owned = fc.option(
    fc.record({
      plist,
      stack: fc.constantFrom(OPTIONS.stack, OPTIONS.stack, OPTIONS.stack, 'others'),
      held: fc.constantFrom(false, false, false, true),
      proven: fc.boolean(),
    }),
  );
  return fc
    .record({ file, loaded, owned, domain, override: fc.constantFrom(undefined, undefined, true, false) })
    .map((part) => (world: World, name: string): World => {
      const label = labelOf(name);
      const folder = part.domain === 'system' ? PLACES.daemons : PLACES.userAgents;
      const path = `${folder}/${label}.plist`;
      const named = (plist: PlistDict): PlistDict =>
        dict([...Object.entries(plist.entries), ['Label', label]]);
      const target = `${part.domain}/${label}`;
      const version = world.tick;
      let { files, loaded: jobsNow, ledger, overrides } = world;
      let there: WorldFile | null = null;
      if (part.file !== null) {
        const whole = fileText(name, named(part.file.plist), part.file.mark);
        const text = part.file.damage === 'text' ? whole.slice(0, whole.length / 2) : whole;
        there = { text, mode: part.file.mode, version, symlink: part.file.damage === 'symlink' };
        files = { ...files, [path]: there };
      }
      if (part.loaded !== null && world.domains.includes(part.domain)) {
        const now: WorldJob = {
          plist: named(part.loaded.plist),
          path: part.loaded.elsewhere ? `/opt/elsewhere/${label}.plist` : path,
          pid: part.loaded.running ? 400 + version : null,
          garbled: part.loaded.garbled,
        };
        jobsNow = { ...jobsNow, [target]: now };
      }
      if (part.owned !== null) {
        const entry: LedgerEntry = {
          label,
          domain: part.domain,
          path,
          instance: name,
          stack: part.owned.stack,
          source: OPTIONS.source,
          fileHash: there === null ? hashOf('') : hashOf(there.text),
          applied: hashFields(normalise(named(part.owned.plist))),
          adopted: false,
          held: part.owned.held,
          // A proof is only ever made of what was true: the file as it is, and launchd loaded from it.
          proof: null,
        };
        const isTrue = part.owned.proven && there !== null && !there.symlink && jobsNow[target] !== undefined;
        if (isTrue && there !== null) {
          const pid = jobsNow[target]?.pid ?? null;
          jobsNow = { ...jobsNow, [target]: { plist: named(part.file?.plist ?? plistOf(label)), path, pid } };
          ledger = [...ledger, { ...entry, proof: { file: identityOf(there), pid } }];
        } else ledger = [...ledger, entry];
      }
      if (part.override !== undefined) {
        overrides = { ...overrides, [overrideKey(target)]: part.override };
      }
      return { ...world, files, loaded: jobsNow, ledger, overrides, tick: version + 1 };
    });
};

/** Jobs and a world whose plists are close to theirs. */
export const situation: fc.Arbitrary<{ readonly jobs: readonly Job[]; readonly world: World }> = jobs.chain(
  (declared) =>
    fc
      .record({
        pieces: fc.tuple(
          ...NAMES.map((name) => {
            const own = declared.find((each) => each.label === labelOf(name));
            const base = own?.plist ?? plistOf(labelOf(name), { RunAtLoad: true });
            const other = keys.map((own) => plistOf(labelOf(name), own));
            return fc.option(
              other.chain((each) => piece([base, base, each])),
              { nil: null, freq: 6 },
            );
          }),
        ),
        session: fc.constantFrom(true, true, true, true, true, false),
        isRoot: fc.boolean(),
      })
      .map(({ pieces, session, isRoot }) => {
        const domains: readonly Domain[] = session ? EMPTY_WORLD.domains : ['user/501', 'system'];
        const start: World = { ...EMPTY_WORLD, isRoot, domains };
        const world = NAMES.reduce((before, name, index) => pieces[index]?.(before, name) ?? before, start);
        return { jobs: declared, world };
      }),
);
