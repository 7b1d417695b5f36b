import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The walls of the house, as docs/design/house.md draws them: imports go down only, each package has one owner. */

const SRC = join(import.meta.dirname, '..', 'src');

const LEVEL: Record<string, number> = {
  model: 0,
  config: 1,
  plist: 1,
  launchd: 1,
  desired: 2,
  plan: 2,
  audit: 2,
  simulate: 2,
  report: 3,
  sys: 3,
  observe: 4,
  apply: 4,
  loop: 5,
  privilege: 5,
  testing: 5,
  commands: 6,
  'cli.ts': 7,
  'index.ts': 7,
};

/** An island: it may use these, nobody may use it, but one room its engine, which knows no file, process or clock. */
const ISLAND = {
  room: 'emulator',
  mayUse: ['model', 'plist', 'launchd', 'emulator'],
  notTheParser: /^launchd\/print-/,
  visitor: 'simulate',
  engine: /^emulator\/(?:supervisor|definition|fidelity|job|ports)\.ts$/,
};

const OWNER: Record<string, readonly string[]> = {
  yaml: ['config'],
  zod: ['config'],
  plist: ['plist'],
  'json-diff': ['plan'],
  commander: ['cli.ts', 'commands'],
};

const PURE = ['model', 'config', 'plist', 'launchd', 'desired', 'plan', 'audit', 'simulate', 'report'];
const PURE_NODE_MODULES = ['node:crypto', 'node:path', 'node:util', 'node:buffer'];

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

const files = sourceFiles(SRC).map((path) => ({
  path: relative(SRC, path),
  text: readFileSync(path, 'utf8'),
}));

function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(/(?<=^|[\s(])(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => {
    const target = match[1] ?? '';
    return {
      from: path,
      to: target.startsWith('.') ? relative(SRC, join(SRC, dirname(path), target)) : target,
    };
  });
}

const imports: Import[] = files.flatMap(({ path, text }) => importsOf(path, text));

const roomOf = (path: string): string => path.split('/')[0] ?? path;
const isOurs = (target: string): boolean => target.endsWith('.ts') || target.startsWith('..');
const visitsTheEngine = ({ from, to }: Import): boolean =>
  roomOf(from) === ISLAND.visitor && ISLAND.engine.test(to);
const shown = (list: readonly Import[]): string[] => list.map(({ from, to }) => `${from} → ${to}`);

describe('the house', () => {
  it('has a level for every room', () => {
    const rooms = new Set(files.map(({ path }) => roomOf(path)));
    expect([...rooms].filter((room) => !(room in LEVEL) && room !== ISLAND.room)).toEqual([]);
  });

  it('imports go down only, and never sideways', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [source, target] = [roomOf(from), roomOf(to)];
      if (!isOurs(to) || source === target || source === ISLAND.room) return false;
      if (visitsTheEngine({ from, to })) return false;
      return (LEVEL[target] ?? Number.POSITIVE_INFINITY) >= (LEVEL[source] ?? -1);
    });
    expect(shown(wrong)).toEqual([]);
  });

  it('the embedded launchd is an island', () => {
    const leaving = imports.filter(
      ({ from, to }) => roomOf(from) === ISLAND.room && isOurs(to) && !ISLAND.mayUse.includes(roomOf(to)),
    );
    const parsing = imports.filter(
      ({ from, to }) => roomOf(from) === ISLAND.room && ISLAND.notTheParser.test(to),
    );
    const entering = imports.filter(
      ({ from, to }) =>
        roomOf(from) !== ISLAND.room && roomOf(to) === ISLAND.room && !visitsTheEngine({ from, to }),
    );
    expect(shown([...leaving, ...parsing, ...entering])).toEqual([]);
  });

  it('its engine touches no file, process, clock or chance, so that it can be played', () => {
    const reached = new Set(['emulator/supervisor.ts', 'emulator/definition.ts']);
    for (const path of reached) {
      const text = files.find((file) => file.path === path)?.text ?? '';
      // What is imported as a type is not there when it runs.
      for (const { to } of importsOf(path, text.replaceAll(/import type [^;]*;/g, ''))) reached.add(to);
    }
    const wrongWords = files
      .filter(({ path }) => reached.has(path))
      .filter(({ text }) =>
        /\b(?:process\.|performance\.|Math\.random|Date\.now|new Date\(\)|setTimeout)/.test(text),
      )
      .map(({ path }) => path);
    expect([...[...reached].filter((path) => path.startsWith('node:')), ...wrongWords]).toEqual([]);
  });

  it('each third-party package has one owner', () => {
    const wrong = imports.filter(({ from, to }) => {
      if (isOurs(to) || to.startsWith('node:')) return false;
      const name = to.split('/')[0] ?? to;
      return !(OWNER[name] ?? []).includes(roomOf(from));
    });
    expect(shown(wrong)).toEqual([]);
  });

  it('pure rooms touch no file, process, clock, chance or console', () => {
    const wrongImports = imports.filter(
      ({ from, to }) =>
        PURE.includes(roomOf(from)) && to.startsWith('node:') && !PURE_NODE_MODULES.includes(to),
    );
    const wrongWords = files
      .filter(({ path }) => PURE.includes(roomOf(path)))
      .filter(({ text }) =>
        /\b(?:process\.|console\.|Math\.random|Date\.now|new Date\(\)|setTimeout)/.test(text),
      )
      .map(({ path }) => path);
    expect([...shown(wrongImports), ...wrongWords]).toEqual([]);
  });

  it('only cli.ts prints and sets the exit code', () => {
    const wrong = files
      .filter(({ path }) => path !== 'cli.ts' && roomOf(path) !== ISLAND.room)
      .filter(({ text }) => /process\.(?:stdout|stderr|exit|exitCode)|console\./.test(text))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('has no barrels and no default exports', () => {
    const wrong = files
      .filter(
        ({ path, text }) =>
          /export\s+default/.test(text) || (path !== 'index.ts' && /export\s+\*/.test(text)),
      )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});
