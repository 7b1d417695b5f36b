import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, type EmbeddedWorld, openWorld } from '../support/embedded-world.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const LABEL = 'org.example.dialect';
const worlds: EmbeddedWorld[] = [];

/** A world whose callers ask for this release of macOS. */
function open(release: string): EmbeddedWorld {
  const world = openWorld();
  world.env['RECONCILE_EMBEDDED_OS'] = release;
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

function reconcile(world: EmbeddedWorld, ...args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { env: world.env, cwd: world.folder },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

describe('the release of macOS that is played', () => {
  it('is that of RECONCILE_EMBEDDED_OS when the daemon starts, for all its life', async () => {
    const world = open('14');
    await world.load(LABEL, { ProgramArguments: ['/bin/sleep', '600'], RunAtLoad: true });
    const { stdout } = await world.launchctl('print', `${world.gui}/${LABEL}`);
    expect(stdout).toContain('\tprobabilistic guard malloc policy = {\n');
    expect(stdout).not.toMatch(/OSLogRateLimit|coalition|job state/);
    world.env['RECONCILE_EMBEDDED_OS'] = '27';
    expect(await world.launchctl('list')).toEqual({
      code: 118,
      stdout: '',
      stderr:
        'This embedded launchd speaks as macOS 14 since it was started, and RECONCILE_EMBEDDED_OS says 27.\n' +
        'Unset RECONCILE_EMBEDDED_OS, or end it with `launchctl embedded-stop`: the next call starts it anew.\n',
    });
    expect(await world.status()).toMatchObject({ macos: 14 });
    delete world.env['RECONCILE_EMBEDDED_OS'];
    expect((await world.launchctl('print', `${world.gui}/${LABEL}`)).stdout).toBe(stdout);
  });

  it('is that of --os in `reconcile embedded run`, and status names it', async () => {
    const world = open('');
    const { code, stdout } = await reconcile(
      world,
      ...['embedded', 'run', '--os', '15', '--', 'sh', '-c'],
      `launchctl version >&2 && "${process.execPath}" "${CLI}" embedded status`,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The embedded launchd is running \(pid [0-9]+, as macOS 15\) with 0 jobs\./);
  });

  it('must be one that is known: the others are named', async () => {
    const world = open('12');
    const known = '13, 14, 15, 26 or 27';
    expect(await world.launchctl('list')).toMatchObject({
      code: 118,
      stderr: expect.stringContaining(known),
    });
    expect(await reconcile(world, 'embedded', 'status', '--launchd', 'embedded')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(known),
    });
    expect(await reconcile(world, 'embedded', 'run', '--os', 'sequoia', '--', 'true')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(known),
    });
    // Nothing was started that could speak anything else.
    delete world.env['RECONCILE_EMBEDDED_OS'];
    expect(await world.status()).toMatchObject({ running: false });
  });
});
