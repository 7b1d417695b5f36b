import { describe, expect, it } from 'vitest';
import { realFiles } from '../../src/sys/files.ts';
import type { Files } from '../../src/sys/ports.ts';
import { applyOnce, filesIn, planOnce } from '../support/kill-run.ts';
import { createKillWorld, DOMAINS, differences, type KillWorld, lookAt } from '../support/kill-world.ts';
import { record } from '../support/reliability.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Three creates, three updates and three deletes on a disk that refuses one call, or all that need room from there on. */

type Refusal = (call: number, needsRoom: boolean) => string | null;

/** The real files, but for what is refused, with Node's error; `calls` counts those that change something. */
function refusing(refuse: Refusal): { readonly files: Files; readonly calls: () => number } {
  let calls = 0;
  const pass = (path: string, needsRoom: boolean): void => {
    calls += 1;
    const code = refuse(calls, needsRoom);
    if (code !== null)
      throw Object.assign(new Error(`${code}: refused '${path}'`), { code, path, syscall: 'write' });
  };
  const files: Files = {
    ...realFiles,
    async write(path, content, mode) {
      pass(path, true);
      await realFiles.write(path, content, mode);
    },
    async makeFolder(path, mode) {
      if ((await realFiles.identify(path)) === null) pass(path, true);
      await realFiles.makeFolder(path, mode);
    },
    async remove(path) {
      pass(path, false);
      await realFiles.remove(path);
    },
    async setMode(path, mode) {
      pass(path, false);
      await realFiles.setMode(path, mode);
    },
  };
  return { files, calls: () => calls };
}

/** Jobs whose plist is not what launchd was given, or of which only one of the two is there. */
function halfDone({ folder, launchctl, given }: KillWorld): readonly string[] {
  const files = filesIn(folder);
  const plists = Object.keys(files).filter((path) => path.endsWith('.plist'));
  const labels = new Map(plists.map((path) => [path.replace(/^.*\/|\.plist$/g, ''), path]));
  const loaded = DOMAINS.flatMap((domain) =>
    launchctl.loaded(domain).map((label) => [domain, label] as const),
  );
  const odd = loaded.flatMap(([domain, label]) => {
    const text = String(files[labels.get(label) ?? '']).replace(/^\d+ /, '');
    return given.get(`${domain}/${label}`)?.at(-1) === text ? [] : [`${label} is not what its plist says`];
  });
  const idle = [...labels.keys()].filter((label) => !loaded.some(([, other]) => other === label));
  const temporary = Object.keys(files).filter((path) => path.includes('.reconcile-'));
  return [...odd, ...idle.map((label) => `${label} is not loaded`), ...temporary];
}

describe('a disk that refuses', () => {
  it.each<[string, string, (at: number) => Refusal]>([
    [
      'has no room left from a call on',
      'file/disk-full',
      (at) => (call, needsRoom) => (needsRoom && call >= at ? 'ENOSPC' : null),
    ],
    ['refuses one call', 'file/failed', (at) => (call) => (call === at ? 'EIO' : null)],
    ['can only be read from a call on', 'file/read-only', (at) => (call) => (call >= at ? 'EROFS' : null)],
  ])(
    'and %s: said clearly, nothing half done, and the next apply does the rest',
    { timeout: 120_000 },
    async (name, expected, at) => {
      const whole = await createKillWorld(temporaryFolder());
      const undisturbed = refusing(() => null);
      await applyOnce(whole.folder, { ...whole.mac, files: undisturbed.files });
      const end = await lookAt(whole);
      expect(halfDone(whole)).toEqual([]);
      expect(undisturbed.calls()).toBeGreaterThan(30);

      let [half, converged] = [0, 0];
      for (let call = 1; call <= undisturbed.calls(); call++) {
        const world = await createKillWorld(temporaryFolder());
        const { files } = refusing(at(call));
        const report = await applyOnce(world.folder, { ...world.mac, files });
        const where = `from call ${call} of ${undisturbed.calls()}`;
        const codes = report.results.flatMap(({ error }) => (error === null ? [] : [error.code]));
        expect(
          codes.filter((code) => code !== expected && code !== 'dependency/failed'),
          where,
        ).toEqual([]);
        expect(
          report.results.map(({ outcome }) => outcome).filter((each) => each === 'rollback-failed'),
          where,
        ).toEqual([]);
        half += halfDone(world).length;
        expect(halfDone(world), where).toEqual([]);
        await applyOnce(world.folder, world.mac);
        expect(differences(await lookAt(world), end), where).toEqual([]);
        const { changes, diagnostics } = await planOnce(world.folder, world.mac, 'full');
        expect([...changes.flatMap(({ actions }) => actions), ...diagnostics], where).toEqual([]);
        converged += 1;
      }
      record('disks', {
        disk: name,
        tried: undisturbed.calls(),
        'half done': half,
        converged,
      });
    },
  );
});
