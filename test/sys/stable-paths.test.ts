import { describe, expect, it } from 'vitest';
import { type PathLookup, stableCommand, stableNode } from '../../src/sys/stable-paths.ts';

/** @param links path → what it leads to; what is not named is not there */
const machine = (
  links: Readonly<Record<string, string>>,
  majors: Readonly<Record<string, number>> = {},
): PathLookup => ({
  real: (path) => links[path] ?? null,
  nodeMajor: (path) => majors[path] ?? null,
});

const CELLAR = '/opt/homebrew/Cellar/node/22.1.0/bin/node';
const NVM = '/Users/ada/.nvm/versions/node/v22.1.0/bin/node';

describe('the Node of a job', () => {
  it('is the path that Homebrew keeps, not the one of a version', () => {
    const links = { [CELLAR]: CELLAR, '/opt/homebrew/bin/node': CELLAR };
    expect(stableNode(CELLAR, machine(links))).toEqual({ path: '/opt/homebrew/bin/node', pinned: null });
    const keg = '/opt/homebrew/Cellar/node@22/22.1.0/bin/node';
    const kegs = { [keg]: keg, '/opt/homebrew/opt/node@22/bin/node': keg };
    expect(stableNode(keg, machine(kegs))).toEqual({
      path: '/opt/homebrew/opt/node@22/bin/node',
      pinned: null,
    });
  });

  it('is another one that can run us rather than one of nvm, and not one that is too old', () => {
    const links = { [NVM]: NVM, '/usr/local/bin/node': '/usr/local/bin/node' };
    expect(stableNode(NVM, machine(links, { '/usr/local/bin/node': 20 }))).toEqual({
      path: '/usr/local/bin/node',
      pinned: null,
    });
    const old = stableNode(NVM, machine(links, { '/usr/local/bin/node': 18 }));
    expect(old.path).toBe(NVM);
    expect(old.pinned).toContain('nvm');
  });

  it('is the one that runs where nothing speaks against it', () => {
    const own = '/opt/node/bin/node';
    expect(stableNode(own, machine({ [own]: own }))).toEqual({ path: own, pinned: null });
  });
});

describe('the command of a job', () => {
  it('is its real file, or the link that an update replaces', () => {
    const real = '/opt/homebrew/lib/node_modules/launchd-reconcile/dist/cli.js';
    expect(
      stableCommand('/opt/homebrew/bin/reconcile', machine({ '/opt/homebrew/bin/reconcile': real })),
    ).toEqual({
      path: real,
      pinned: null,
    });
    const poured = '/opt/homebrew/Cellar/reconcile/1.0/libexec/dist/cli.js';
    expect(
      stableCommand('/opt/homebrew/bin/reconcile', machine({ '/opt/homebrew/bin/reconcile': poured })),
    ).toEqual({
      path: '/opt/homebrew/bin/reconcile',
      pinned: null,
    });
  });

  it('of npx is pinned', () => {
    const cached = '/Users/ada/.npm/_npx/ab12/node_modules/launchd-reconcile/dist/cli.js';
    expect(stableCommand(cached, machine({ [cached]: cached })).pinned).toContain('npx');
  });
});
