import { describe, expect, it } from 'vitest';
import { ReconcileError } from '../../src/model/errors.ts';
import { job, PLACES } from '../support/world.ts';
import { loadedAs, openStage, serviceOf, textOf } from './stage.ts';

const web = job('web', { KeepAlive: true });
const db = job('db');

async function failure(promise: Promise<unknown>): Promise<ReconcileError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ReconcileError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

describe('observe', () => {
  it('asks a domain once, and about a label that is not listed not at all', async () => {
    const at = openStage();
    const observed = await at.look([web, db]);
    expect(at.launchctl.asked).toEqual(['print gui/501']);
    expect(observed.jobs.map(({ service }) => service.state)).toEqual(['not-loaded', 'not-loaded']);
  });

  it('asks nothing when nothing is declared or owned', async () => {
    const at = openStage();
    expect((await at.look([])).jobs).toEqual([]);
    expect(at.launchctl.asked).toEqual([]);
  });

  it('asks about a listed label, and reads its plist, marker and identity', async () => {
    const at = openStage({ domains: { 'gui/501': loadedAs(web) } });
    at.files.put(web.path, textOf(web, 'tools'), { mode: 0o600 });
    const observed = await at.look([web]);
    expect(at.launchctl.asked).toEqual(['print gui/501', `print gui/501/${web.label}`]);
    expect(serviceOf(observed, web.label)).toMatchObject({
      state: 'loaded',
      service: { pid: 77, path: web.path },
    });
    expect(observed.plists).toMatchObject([
      {
        path: web.path,
        label: web.label,
        marker: { stack: 'tools', instance: 'web' },
        symlink: false,
        problem: null,
        identity: { mode: 0o600 },
      },
    ]);
    expect(observed.plists[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([false, true])(
    'takes the overrides from the domain, or asks for them (%s)',
    async (disabledApart) => {
      const at = openStage({ disabled: { [web.label]: true, [db.label]: false }, disabledApart });
      const observed = await at.look([web, db, job('x')]);
      expect(observed.jobs.map(({ label, disabled }) => [label, disabled])).toEqual([
        [db.label, false],
        [web.label, true],
        ['local.tools.x', null],
      ]);
      const apart = disabledApart ? ['print-disabled gui/501'] : [];
      expect(at.launchctl.asked).toEqual(['print gui/501', ...apart]);
    },
  );

  it('does not take a missing domain for missing jobs', async () => {
    const at = openStage({ domains: {} });
    expect(serviceOf(await at.look([web]), web.label)).toEqual({ state: 'no-domain' });
  });

  it.each([
    ['late', { code: null, timedOut: true }],
    ['cut', { code: 0, stdout: 'gui/501 = {\n\tservices = {\n' }],
    ['an error of its own', { code: 118 }],
  ])('stops when a domain’s answer is %s', async (_name, answer) => {
    const error = await failure(openStage({ instead: { 'print gui/501': answer } }).look([web]));
    expect([error.code, error.exitCode]).toEqual(['launchctl/unusable', 69]);
    expect(error.message).toContain('print gui/501');
  });

  it('stops when the overrides cannot be read, rather than take all for enabled', async () => {
    const instead = { 'print-disabled gui/501': { stdout: 'nonsense' } };
    const error = await failure(openStage({ disabledApart: true, instead }).look([web]));
    expect(error.code).toBe('launchctl/unusable');
  });

  it('gives up on one label alone when its answer cannot be read', async () => {
    const at = openStage({
      domains: { 'gui/501': { ...loadedAs(web), ...loadedAs(db) } },
      instead: { [`print gui/501/${web.label}`]: { stdout: `gui/501/${web.label} = {\n\tstate = run` } },
    });
    const observed = await at.look([web, db]);
    expect(serviceOf(observed, web.label)?.state).toBe('unknown');
    expect(serviceOf(observed, db.label)?.state).toBe('loaded');
  });

  it('asks the system and user domains only when something concerns them', async () => {
    const at = openStage();
    await at.look([web, job('exporter', {}, { domain: 'system' }), job('cron', {}, { domain: 'user/501' })]);
    expect(at.launchctl.asked.sort()).toEqual(['print gui/501', 'print system', 'print user/501']);
    const other = openStage();
    other.files.put(`${PLACES.daemons}/anything.plist`, textOf(web));
    other.files.put(`${PLACES.globalAgents}/unrelated.plist`, textOf(job('unrelated')));
    await other.look([web]);
    expect(other.launchctl.asked).toEqual(['print gui/501', 'print system']);
  });

  it('shows the same label where it is loaded a second time', async () => {
    const at = openStage({ domains: { 'gui/501': {}, system: loadedAs(web) } });
    at.files.put(`${PLACES.daemons}/${web.label}.plist`, textOf(web));
    const observed = await at.look([web]);
    expect(observed.jobs.map(({ domain, service }) => [domain, service.state])).toEqual([
      ['gui/501', 'not-loaded'],
      ['system', 'loaded'],
    ]);
  });

  it('looks at what is ours though nothing declares it, by ledger and by marker', async () => {
    const [gone, lost] = [job('gone'), job('lost')];
    const at = openStage({ domains: { 'gui/501': { ...loadedAs(gone), ...loadedAs(lost) } } });
    at.files.put(lost.path, textOf(lost, 'tools'));
    at.files.put(`${PLACES.userAgents}/theirs.plist`, textOf(job('theirs'), 'others'));
    await at.own(gone);
    const observed = await at.look([]);
    expect(observed.jobs.map(({ label, service }) => [label, service.state])).toEqual([
      [gone.label, 'loaded'],
      [lost.label, 'loaded'],
    ]);
  });

  it('tells what is wrong with a file that cannot be read', async () => {
    const at = openStage();
    const put = (name: string, text: string, options = {}) =>
      at.files.put(`${PLACES.userAgents}/${name}`, text, options);
    put('a.plist', '<plist><dict>');
    put('b.plist', textOf(web), { refuses: 'EACCES' });
    put('c.plist', textOf(web), { kind: 'symlink' });
    put('d.plist', '', { kind: 'folder' });
    put('e.plist', '', { kind: 'other' });
    put('f.plist', '<plist version="1.0"><array/></plist>');
    put('g.txt', textOf(web));
    const { plists } = await at.look([web]);
    const shown = plists.map(({ path, hash, plist, symlink, problem }) => ({
      name: path.slice(PLACES.userAgents.length + 1),
      is: [hash !== null, plist !== null, symlink],
      problem: problem?.message ?? null,
    }));
    expect(shown).toEqual([
      { name: 'a.plist', is: [true, false, false], problem: expect.any(String) },
      { name: 'b.plist', is: [false, false, false], problem: 'permission is denied' },
      { name: 'c.plist', is: [true, true, true], problem: null },
      { name: 'e.plist', is: [false, false, false], problem: 'it is not a plain file' },
      { name: 'f.plist', is: [true, false, false], problem: 'it holds no dictionary' },
    ]);
  });

  it('does not take a folder at the place of a plist for nothing', async () => {
    const at = openStage();
    at.files.put(web.path, '', { kind: 'folder' });
    expect((await at.look([web])).plists).toMatchObject([
      { path: web.path, hash: null, plist: null, problem: { message: 'it is a folder' } },
    ]);
  });

  it('does not take a plist that may not be looked at for missing', async () => {
    const at = openStage();
    const { identify } = at.files;
    at.files.identify = async (path) => {
      if (path === web.path) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      return identify(path);
    };
    expect((await at.look([web])).plists).toMatchObject([
      { path: web.path, hash: null, plist: null, problem: { message: expect.stringContaining('denied') } },
    ]);
  });

  it('lists the folders that are there, of those that are needed', async () => {
    const at = openStage();
    const logs = '/Users/ada/Library/Logs/web';
    at.files.put(logs, '', { kind: 'folder' });
    const observed = await at.look([job('web', {}, { folders: [logs, '/srv/logs'] })]);
    expect(observed.folders).toEqual([PLACES.userAgents, logs].sort());
  });
});
