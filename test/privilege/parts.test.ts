import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Action, Change } from '../../src/model/plan.ts';
import { splitChange } from '../../src/privilege/parts.ts';

const PLACES = { daemons: '/Library/LaunchDaemons', globalAgents: '/Library/LaunchAgents' };
const HOME = '/Users/ada';
const LABEL = 'com.example.web';
const DAEMON = `${PLACES.daemons}/${LABEL}.plist`;
const SHARED = `${PLACES.globalAgents}/${LABEL}.plist`;
const AGENT = `${HOME}/Library/LaunchAgents/${LABEL}.plist`;

type Place = { readonly domain: Change['domain']; readonly path: string };
const daemon: Place = { domain: 'system', path: DAEMON };
const shared: Place = { domain: 'gui/501', path: SHARED };
const agent: Place = { domain: 'gui/501', path: AGENT };

const comes = ({ domain, path }: Place): readonly Action[] => [
  { action: 'write-plist', path, content: '', mode: 0o644, expect: null },
  { action: 'bootstrap', domain, label: LABEL, path },
  { action: 'await-loaded', domain, label: LABEL, starts: true },
  { action: 'record', entry: { label: LABEL, domain, path } as LedgerEntry },
];
const goes = ({ domain, path }: Place): readonly Action[] => [
  { action: 'bootout', domain, label: LABEL },
  { action: 'await-gone', domain, label: LABEL, pid: null, exitTimeout: 5 },
  { action: 'remove-plist', path, expect: null },
];
const forgotten = ({ domain, path }: Place): Action => ({ action: 'forget', domain, label: LABEL, path });

function sides(to: Place, actions: readonly Action[]): readonly string[] {
  const change = { instance: 'web', label: LABEL, domain: to.domain, plist: to.path, actions };
  return splitChange(change as unknown as Change, PLACES, HOME).map(
    (part) =>
      `${part.side} ${part.change.domain} ${part.change.actions.map(({ action }) => action).join(' ')}`,
  );
}

const IN = 'write-plist bootstrap await-loaded record';
const OUT = 'bootout await-gone remove-plist';

describe('splitChange', () => {
  it('leaves a job that stays where it is to one side', () => {
    expect(sides(agent, comes(agent))).toEqual([`user gui/501 ${IN}`]);
    expect(sides(daemon, comes(daemon))).toEqual([`root system ${IN}`]);
    // Root's file and what is loaded from it must be put back together.
    expect(sides(shared, comes(shared))).toEqual([`root gui/501 ${IN}`]);
    expect(sides(shared, [...goes(shared), forgotten(shared)])).toEqual([`root gui/501 ${OUT} forget`]);
  });

  it('gives each side of a move its own, the old one out first', () => {
    expect(sides(daemon, [...goes(agent), ...comes(daemon), forgotten(agent)])).toEqual([
      `user gui/501 ${OUT}`,
      `root system ${IN}`,
      'user gui/501 forget',
    ]);
    expect(sides(agent, [...goes(daemon), ...comes(agent), forgotten(daemon)])).toEqual([
      `root system ${OUT}`,
      `user gui/501 ${IN}`,
      'root system forget',
    ]);
    expect(sides(agent, [...goes(shared), forgotten(shared), ...comes(agent)])).toEqual([
      'user gui/501 bootout await-gone',
      'root gui/501 remove-plist forget',
      `user gui/501 ${IN}`,
    ]);
  });

  it('never makes a folder below a home as root', () => {
    const logs: Action = { action: 'make-folder', path: `${HOME}/Library/Logs/web`, mode: 0o755 };
    const spool: Action = { action: 'make-folder', path: '/var/spool/web', mode: 0o755 };
    expect(sides(daemon, [logs, spool, ...comes(daemon)])).toEqual([
      'user system make-folder',
      `root system make-folder ${IN}`,
    ]);
  });

  it('keeps order and number of the actions', () => {
    const actions = [...goes(agent), ...comes(daemon), forgotten(agent)];
    const change = { label: LABEL, domain: 'system', plist: DAEMON, actions } as unknown as Change;
    expect(splitChange(change, PLACES, HOME).flatMap((part) => part.change.actions)).toEqual(actions);
  });
});
