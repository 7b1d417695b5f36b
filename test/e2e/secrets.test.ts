import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type Ended, type World } from '../support/private-home.ts';

/** A secret of the file goes into the plist, and nowhere else: not into any output, nor into anything that we keep. */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const AGENTS = '.local/state/reconcile/embedded/LaunchAgents';

const SECRETS = {
  variable: 'vv-7f3d19aa52c04e',
  argument: 'aa-91be77d0c3f84b',
  assigned: 'ss-c05e6612fa9d3b',
  url: 'uu-44d1e8097bb2ce',
  token: 'ghp_0123456789abcdefghijKLMNOPQRSTUVWXYZ',
};

const file = (suffix: string, more = ''): string => `version: 1
name: test
label_prefix: com.example
instances:
  api:
    command: [/bin/sh, -c, exec sleep 1000, api, --password, ${SECRETS.argument}${suffix}, --api-key=${SECRETS.assigned}${suffix}]
    environment:
      API_TOKEN: ${SECRETS.variable}${suffix}
      DATABASE: postgres://me:${SECRETS.url}${suffix}@localhost/db
      PLAIN: ${SECRETS.token}${suffix}
  broken:
    command: [/opt/none/bin, --token, ${SECRETS.argument}${suffix}]
    environment: { DB_PASSWORD: ${SECRETS.variable}${suffix} }
    restart: { policy: on-failure, throttle: 1s }
${more}`;

const values = Object.values(SECRETS);

/** Every text file below a folder, but the plists and what the embedded launchd itself has. */
function kept(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.plist'))
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), 'latin1')}`)
    .join('\n');
}

function demandNone(where: string, text: string): void {
  const encoded = values.flatMap((secret) =>
    [0, 1, 2].map((shift) =>
      Buffer.from('x'.repeat(shift) + secret)
        .toString('base64')
        .slice(4, -4),
    ),
  );
  for (const secret of [...values, ...encoded])
    expect(text.includes(secret), `${where} holds ${secret}`).toBe(false);
}

describe('a secret', () => {
  it('is in the plist, and in no output, error, trace, ledger, journal or saved plan', async () => {
    const said: [string, Ended][] = [];
    const run = async (...args: readonly string[]): Promise<Ended> => {
      const ended = await world.reconcile(...args);
      said.push([args.join(' '), ended]);
      return ended;
    };
    const looks = [
      ['validate'],
      ['plan', '-v'],
      ['plan', '--json'],
      ['status', '-v'],
      ['status', '--json'],
      ['explain', 'api'],
      ['explain', 'api', '--json'],
    ];

    world.write('reconcile.yaml', file(''));
    for (const look of looks) await run(...look);
    await run('plan', '--out', 'plan.json');
    expect((await run('apply', '-v', '--yes')).code).toBe(0);
    const plist = world.read(`${AGENTS}/com.example.api.plist`);
    for (const secret of values) expect(plist).toContain(secret);

    // Drift, a change of every secret, and a plan that is stale by then.
    world.write(
      `${AGENTS}/com.example.api.plist`,
      plist.replace(SECRETS.variable, `${SECRETS.variable}-other`),
    );
    await run('plan', '--json');
    await run('plan', '-v');
    world.write('reconcile.yaml', file('-2'));
    for (const look of looks) await run(...look);
    await run('apply', 'plan.json', '--yes');
    await run('apply', 'plan.json', '--yes', '--json');
    await run('apply', '--json', '--yes');
    for (const verb of ['restart', 'stop', 'start']) await run(verb, 'api', '-v');
    await run('history', '--json');

    // Refused, and in error.
    mkdirSync(join(world.home, AGENTS, 'com.example.dir.plist'));
    world.write(
      'reconcile.yaml',
      file('-2', `  dir:\n    command: [/bin/sleep, "1", --password, ${SECRETS.argument}]\n`),
    );
    await run('apply', '-v', '--yes');
    world.write('reconcile.yaml', file('-2', `    environmnt: { API_TOKEN: ${SECRETS.variable} }\n`));
    for (const look of looks) await run(...look);
    world.write('reconcile.yaml', file('-2'));
    await run('destroy', '-v', '--yes');

    for (const [command, { stdout, stderr }] of said) {
      demandNone(`the output of ${command}`, stdout);
      demandNone(`the messages of ${command}`, stderr);
    }
    demandNone('the saved plan', world.read('plan.json'));
    demandNone('what is kept', kept(join(world.home, '.local/state')));
    // The runs above did what they were there for.
    expect(said.some(([, { stdout }]) => stdout.includes('(sensitive)'))).toBe(true);
    expect(said.some(([, { stdout, stderr }]) => `${stdout}${stderr}`.includes('plan/stale'))).toBe(true);
    expect(said.some(([, { stderr }]) => stderr.includes('preflight/program-missing'))).toBe(true);
  });
});
