import { chmodSync, existsSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INSTALLED, type InstalledFixture } from '../support/installed-plists.ts';
import type { StatusJob } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';

/** `import`: what is installed becomes a declaration, and the jobs go on as they are. */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const EMBEDDED = '.local/state/reconcile/embedded';
const AGENTS = `${EMBEDDED}/LaunchAgents`;
const FOLDERS = {
  LaunchAgents: AGENTS,
  LaunchDaemons: `${EMBEDDED}/Library/LaunchDaemons`,
  GlobalAgents: `${EMBEDDED}/Library/LaunchAgents`,
};

function install({ label, folder, xml }: InstalledFixture): string {
  const text = xml.replaceAll('__HOME__', world.home).replaceAll('__USER__', userInfo().username);
  return world.write(`${FOLDERS[folder]}/${label}.plist`, text);
}

async function jobsByLabel(): Promise<ReadonlyMap<string, StatusJob>> {
  const { jobs } = (await world.json('status')) as unknown as { jobs: readonly StatusJob[] };
  return new Map(jobs.map((job) => [job.label, job]));
}

describe('thirty jobs that others installed', () => {
  it('are declared, adopted and go on with the same process', { timeout: 240_000 }, async () => {
    for (const folder of [
      'actions-runner',
      'Inbox',
      'Scans',
      'spool',
      '.lima/default',
      '.lima/k3s',
      '.lima/docker',
    ])
      mkdirSync(join(world.home, folder), { recursive: true });
    for (const folder of ['homebrew/var/log', 'Library/Logs/dotfiles', 'Library/Logs/com.example.own-logs'])
      mkdirSync(join(world.home, folder), { recursive: true });
    for (const name of ['backup', 'brew-update', 'cleanup'])
      world.write(`dotfiles/bin/${name}.sh`, 'exit 0\n');
    // launchd loads what lies in its folders when it begins.
    for (const fixture of INSTALLED) install(fixture);
    const before = new Map<string, number>();
    for (const { label, runs, folder } of INSTALLED.filter(({ runs }) => runs)) {
      const domain = folder === 'LaunchDaemons' ? 'system' : `gui/${process.getuid?.()}`;
      const pid = await until(`${label} runs`, async () => {
        const { stdout } = await world.launchctl('print', `${domain}/${label}`);
        return Number(/^\tpid = (\d+)$/m.exec(stdout)?.[1] ?? 0) || undefined;
      });
      before.set(label, pid);
      expect(runs).toBe(true);
    }

    const folders = Object.values(FOLDERS).filter((folder) => existsSync(join(world.home, folder)));
    const { code, stdout, stderr } = await world.reconcile('import', ...folders, '--write');
    expect([code, stderr.match(/^error/gm)]).toEqual([0, null]);
    expect(stdout).toContain(`Wrote ${join(world.home, 'reconcile.yaml')} with ${INSTALLED.length} jobs.`);
    const yaml = world.read('reconcile.yaml');
    expect(yaml).not.toContain('4f9b3c2d1e');
    expect(yaml).toContain('GATEWAY_TOKEN: ${env.GATEWAY_TOKEN}');

    // The secret is asked for, and not forgotten.
    const without = await world.reconcile('plan');
    expect([without.code, without.stderr.includes('GATEWAY_TOKEN')]).toEqual([65, true]);
    (world.env as Record<string, string>)['GATEWAY_TOKEN'] = '4f9b3c2d1e';
    const told = (await world.reconcile('plan')).stdout;
    expect(told.match(/^= .*as declared, not managed by reconcile yet$/gm)).toHaveLength(INSTALLED.length);
    expect(told).toContain(
      `Plan: ${INSTALLED.length} to adopt with --adopt.\nhint: Run \`reconcile apply --adopt\``,
    );
    const plan = await world.json('plan');
    const changes = plan['changes'] as readonly Record<string, unknown>[];
    const other = changes.filter(
      ({ op, restarts, starts, fields }) =>
        op !== 'adopt' || restarts || starts || (fields as unknown[]).length > 0,
    );
    expect(other).toEqual([]);
    expect(changes).toHaveLength(INSTALLED.length);

    const applied = await world.reconcile('apply', '--adopt', '--yes');
    expect([applied.code, applied.stderr.match(/^error/gm)]).toEqual([0, null]);
    const jobs = await jobsByLabel();
    const after = new Map([...before.keys()].map((label) => [label, jobs.get(label)?.pid]));
    expect(after).toEqual(before);
    expect((await world.reconcile('plan')).stdout).toBe(`No changes. ${INSTALLED.length} jobs match.\n`);

    // Everything is declared now, so there is nothing more to import.
    const again = await world.json('import', ...folders);
    expect(again).toMatchObject({ exit_code: 0, instances: [], written: false });
  });
});

const plist = (label: string, keys = ''): string => `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
  <key>Label</key><string>${label}</string>
  <key>ProgramArguments</key><array><string>/bin/sleep</string><string>1000</string></array>
${keys}
</dict>
</plist>
`;
const AT_LOAD = '  <key>RunAtLoad</key><true/>';

describe('import prints', () => {
  it('a whole file where there is none, and the instances alone where there is one', async () => {
    world.write('plists/com.me.web.plist', plist('com.me.web', AT_LOAD));
    const whole = await world.reconcile('import', 'plists');
    expect(whole).toMatchObject({
      code: 0,
      stdout: `version: 1
label_prefix: com.me

instances:
  web:
    command: /bin/sleep 1000
    restart: never
`,
    });
    expect(whole.stderr).toContain(
      `With --write it would be declared in a new file, ${join(world.home, 'reconcile.yaml')}.`,
    );
    expect(existsSync(join(world.home, 'reconcile.yaml'))).toBe(false);

    world.write(
      'reconcile.yaml',
      'version: 1\nlabel_prefix: com.me\ninstances:\n    a:\n      command: /bin/a\n',
    );
    expect((await world.reconcile('import', 'plists/com.me.web.plist')).stdout).toBe(
      '    web:\n      command: /bin/sleep 1000\n      restart: never\n',
    );
  });

  it('the same as JSON, with what was left out and why', async () => {
    world.write('plists/com.me.web.plist', plist('com.me.web', AT_LOAD));
    world.write('plists/com.apple.thing.plist', plist('com.apple.thing'));
    world.write('plists/bad.plist', '<plist version="1.0"><dict>\n<key>Label</key></dict></plist>');
    world.write(
      'plists/ours.plist',
      `<!--managed by reconcile: stack "s", instance "i" - edit -->${plist('com.me.ours').slice(39)}`,
    );
    const document = await world.json('import', 'plists');
    expect(document).toMatchObject({
      format_version: '1.0',
      command: 'import',
      exit_code: 1,
      file: join(world.home, 'reconcile.yaml'),
      written: false,
      instances: [
        {
          instance: 'web',
          label: 'com.me.web',
          domain: 'gui',
          path: join(world.home, 'plists/com.me.web.plist'),
        },
      ],
      secrets: [],
      diagnostics: [
        { code: 'plist/unreadable', severity: 'error', line: 2, column: 1 },
        { code: 'import/managed', severity: 'info' },
        { code: 'import/apple', severity: 'info' },
      ],
    });
    expect(document['yaml']).toContain('web:');
  });

  it('a binary plist, and what --all-user, --homebrew and --target choose', async () => {
    const agent = (label: string): string => world.write(`${AGENTS}/${label}.plist`, plist(label, AT_LOAD));
    for (const label of ['com.me.web', 'homebrew.mxcl.redis', 'com.apple.mine']) agent(label);
    world.write(
      `${FOLDERS.LaunchDaemons}/homebrew.mxcl.dnsmasq.plist`,
      plist('homebrew.mxcl.dnsmasq', AT_LOAD),
    );
    const labels = async (...args: readonly string[]): Promise<unknown> =>
      ((await world.json('import', ...args))['instances'] as { label: string }[]).map(({ label }) => label);
    expect(await labels('--all-user')).toEqual(['homebrew.mxcl.redis', 'com.me.web']);
    expect(await labels('--homebrew')).toEqual(['homebrew.mxcl.dnsmasq', 'homebrew.mxcl.redis']);
    expect(await labels('--all-user', '--homebrew', '-t', '*redis')).toEqual(['homebrew.mxcl.redis']);
    expect(await labels('com.me.web')).toEqual(['com.me.web']);
    // The least binary plist that is a job: {Label: "a", Program: "/b"}.
    const objects = Buffer.from('d2010203045' + '54c6162656c5750726f6772616d51615' + '22f62', 'hex');
    const offsets = Buffer.from([8, 13, 19, 27, 29]);
    const trailer = Buffer.alloc(32);
    trailer[6] = 1;
    trailer[7] = 1;
    trailer[15] = 5;
    trailer[31] = 8 + objects.length;
    writeFileSync(
      join(world.home, 'a.plist'),
      Buffer.concat([Buffer.from('bplist00'), objects, offsets, trailer]),
    );
    expect((await world.reconcile('import', 'a.plist')).stdout).toContain('program: /b');
  });

  it('no secret, but says what to set; --with-secrets copies it', async () => {
    const secret =
      '<key>EnvironmentVariables</key><dict><key>API_TOKEN</key><string>hunter22</string></dict>';
    world.write('com.me.web.plist', plist('com.me.web', secret));
    const { code, stdout, stderr } = await world.reconcile('import', 'com.me.web.plist');
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain('hunter22');
    expect(stdout).toContain('API_TOKEN: ${env.API_TOKEN}');
    expect(stderr).toMatch(
      /import\/secret[\s\S]*EnvironmentVariables\.API_TOKEN of com\.me\.web[\s\S]*Set API_TOKEN/,
    );
    const copied = await world.reconcile('import', 'com.me.web.plist', '--with-secrets');
    expect(copied.stdout).toContain('API_TOKEN: hunter22');
  });
});

describe('the comments of a plist', () => {
  it('are kept, what audit is to ignore is still ignored, and a secret in one is told', async () => {
    const keys = `  <!-- reconcile-ignore restart/only-after-success: it ends with 0 to be updated -->
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict>
  <!-- was ghp_abcdefghijklmnopqrstuvwxyz0123456789 -->
${AT_LOAD}`;
    world.write('com.me.web.plist', plist('com.me.web', keys));
    const { code, stdout, stderr } = await world.reconcile('import', 'com.me.web.plist');
    expect([code, stdout]).toEqual([
      0,
      `version: 1
label_prefix: com.me

instances:
  # was …
  web:
    command: /bin/sleep 1000
    # reconcile-ignore restart/only-after-success: it ends with 0 to be updated
    restart: on-success
    audit: { ignore: [restart/only-after-success] }
`,
    ]);
    expect(stderr).toMatch(/warning\[import\/secret\]: A comment holds/);
    world.write('reconcile.yaml', stdout);
    expect((await world.reconcile('audit', 'com.me.web.plist')).code).toBe(0);
    expect((await world.reconcile('audit')).stdout).not.toContain('only-after-success');
  });
});

describe('import --write', () => {
  const FILE = `# mine
version: 1
label_prefix: com.me
instances:
   web:   { command: /bin/web }   # odd, and meant
   # the last one
moved: []
`;

  it('adds to the file and leaves every byte of it, its mode and the link to it', async () => {
    world.write('real/reconcile.yaml', FILE);
    chmodSync(join(world.home, 'real/reconcile.yaml'), 0o600);
    symlinkSync('real/reconcile.yaml', join(world.home, 'reconcile.yaml'));
    world.write('plists/com.me.db.plist', plist('com.me.db', AT_LOAD));
    world.write('plists/org.you.web.plist', plist('org.you.web', AT_LOAD));
    const { code, stdout } = await world.reconcile('import', 'plists', '--write');
    expect([code, stdout]).toEqual([
      0,
      `Added 2 jobs to ${join(world.home, 'real/reconcile.yaml')}.\nNext: \`reconcile plan\`, then \`reconcile apply --adopt\`: they are taken over as they run, without a restart.\n`,
    ]);
    const [before, after] = FILE.split('moved:');
    expect(world.read('reconcile.yaml')).toBe(`${before}
   db:
      command: /bin/sleep 1000
      restart: never

   you-web:
      label: org.you.web
      command: /bin/sleep 1000
      restart: never

moved:${after}`);
    expect(statSync(join(world.home, 'real/reconcile.yaml')).mode & 0o777).toBe(0o600);
    expect(lstatSync(join(world.home, 'reconcile.yaml')).isSymbolicLink()).toBe(true);
    expect((await world.reconcile('validate')).code).toBe(0);
    // A second time there is nothing left to do.
    const again = await world.reconcile('import', 'plists', '--write');
    expect([again.code, again.stderr.match(/import\/declared/g)?.length]).toEqual([0, 2]);
    expect(again.stderr).toContain('There is nothing to import.');
  });

  it('keeps the byte order mark of a file that has one', async () => {
    const before = '\ufeffversion: 1\r\ninstances:\r\n  web: { command: /bin/web }\r\n';
    world.write('reconcile.yaml', before);
    world.write('plists/com.me.db.plist', plist('com.me.db', AT_LOAD));
    const { code } = await world.reconcile('import', 'plists', '--write');
    const after = world.read('reconcile.yaml');
    expect([code, after.startsWith(before)]).toEqual([0, true]);
    expect(after.slice(before.length)).not.toMatch(/[^\r]\n/);
  });

  it('imports what can be, and ends with 3 when something was left', async () => {
    world.write('plists/com.me.web.plist', plist('com.me.web', AT_LOAD));
    world.write(
      'plists/nothing.plist',
      '<plist version="1.0"><dict><key>Label</key><string>a.b</string></dict></plist>',
    );
    const { code, stderr } = await world.reconcile('import', 'plists', '--write');
    expect([code, stderr.match(/error\[import\/nothing-to-run\]/g)?.length]).toEqual([3, 1]);
    expect(world.read('reconcile.yaml')).toContain('web:');
  });

  it('takes back what the defaults of the file would add', async () => {
    world.write(
      'reconcile.yaml',
      'version: 1\nlabel_prefix: com.me\ndefaults:\n  process_type: background\n  restart: always\ninstances: # none yet\n',
    );
    world.write('com.me.web.plist', plist('com.me.web', AT_LOAD));
    world.write('com.me.timer.plist', plist('com.me.timer', '<key>StartInterval</key><integer>60</integer>'));
    const { code } = await world.reconcile('import', 'com.me.web.plist', 'com.me.timer.plist', '--write');
    expect(code).toBe(0);
    expect(world.read('reconcile.yaml')).toContain(
      'instances: # none yet\n  timer:\n    command: /bin/sleep 1000\n    start: { every: 1m }\n    process_type: null\n\n  web:\n',
    );
  });

  it('leaves out a job that the defaults would change all the same', async () => {
    const file = 'version: 1\nlabel_prefix: com.me\ndefaults:\n  environment: { LANG: C }\ninstances:\n';
    world.write('reconcile.yaml', file);
    world.write(
      'com.me.web.plist',
      plist('com.me.web', '<key>EnvironmentVariables</key><dict><key>A</key><string>b</string></dict>'),
    );
    const { code, stderr } = await world.reconcile('import', 'com.me.web.plist', '--write');
    expect([code, stderr.includes('error[import/does-not-fit]')]).toEqual([1, true]);
    expect(world.read('reconcile.yaml')).toBe(file);
  });

  it('leaves out the one job that would break the file', async () => {
    world.write(
      'reconcile.yaml',
      'version: 1\ninstances:\n  a: { command: /bin/a }\nmoved:\n  - { from: com.me.web, to: a }\n',
    );
    world.write('com.me.web.plist', plist('com.me.web', AT_LOAD));
    world.write('com.me.db.plist', plist('com.me.db', AT_LOAD));
    const { code, stderr } = await world.reconcile(
      'import',
      'com.me.web.plist',
      'com.me.db.plist',
      '--write',
    );
    expect([code, /import\/does-not-fit[^\n]*still the label/.test(stderr)]).toEqual([3, true]);
    expect(world.read('reconcile.yaml')).toMatch(/db:/);
    expect(world.read('reconcile.yaml')).not.toMatch(/web:/);
  });

  it('touches no file to which it cannot add without a change, and prints what to paste', async () => {
    const file = 'version: 1\ninstances: { a: { command: /bin/a } }\n';
    world.write('reconcile.yaml', file);
    world.write('com.me.web.plist', plist('com.me.web', AT_LOAD));
    const { code, stdout, stderr } = await world.reconcile('import', 'com.me.web.plist', '--write');
    expect(code).toBe(1);
    expect(stdout).toBe('  web:\n    label: com.me.web\n    command: /bin/sleep 1000\n    restart: never\n');
    expect(stderr).toMatch(/error\[import\/no-room\][\s\S]*block style/);
    expect(world.read('reconcile.yaml')).toBe(file);
    world.write('b.yaml', 'instances:\n');
    const several = await world.reconcile(
      'import',
      'com.me.web.plist',
      '--write',
      '-f',
      'reconcile.yaml',
      '-f',
      'b.yaml',
    );
    expect([several.code, several.stderr.includes('Several files')]).toEqual([1, true]);
  });
});

describe('import says what is wrong', () => {
  it.each<[readonly string[], number, string]>([
    [[], 64, 'usage/import'],
    [['nowhere.plist'], 64, 'usage/path'],
    [['empty/'], 64, 'usage/path'],
    [['com.me.unknown'], 64, 'name/unknown'],
    [['com.me.web.plist', '-t', 'nothing*'], 64, 'target/unknown'],
    [['com.apple.x.plist'], 1, 'label/apple'],
    [['nolabel.plist'], 1, 'import/no-label'],
    [['odd.plist'], 1, 'label/invalid'],
    [['norun.plist'], 1, 'import/nothing-to-run'],
    [['dated.plist'], 1, 'import/unsayable'],
    [['com.me.web.plist', 'copy.plist'], 1, 'import/twice'],
    [['text.plist'], 1, 'plist/unreadable'],
    [['com.me.web.plist', '-f', 'bad.yaml'], 65, 'field/unknown'],
  ])('%j ends with %i', async (args, exit, error) => {
    mkdirSync(join(world.home, 'empty'));
    world.write('com.me.web.plist', plist('com.me.web'));
    world.write('copy.plist', plist('com.me.web'));
    world.write('com.apple.x.plist', plist('com.apple.x'));
    world.write('odd.plist', plist('two words'));
    world.write('dated.plist', plist('com.me.dated', '<key>X</key><date>2026-01-01T00:00:00Z</date>'));
    world.write(
      'nolabel.plist',
      '<plist version="1.0"><dict><key>Program</key><string>/bin/a</string></dict></plist>',
    );
    world.write(
      'norun.plist',
      '<plist version="1.0"><dict><key>Label</key><string>a.b</string></dict></plist>',
    );
    world.write('text.plist', 'hello');
    world.write('bad.yaml', 'version: 1\ninstances:\n  a: { comand: x }\n');
    const { code, stderr } = await world.reconcile('import', ...args);
    expect([code, stderr.includes(`error[${error}]`)]).toEqual([exit, true]);
    expect(stderr).toContain('hint: ');
  });

  it('warns of a name that does not fit the label, and of what launchd ignores', async () => {
    world.write(`${AGENTS}/other.plist`, plist('com.me.web', '<key>Nice</key><string>5</string>'));
    const { code, stdout, stderr } = await world.reconcile('import', 'com.me.web');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /import\/unchecked[\s\S]*Nice of com\.me\.web[\s\S]*import\/file-name[\s\S]*`mv \S+other\.plist \S+com\.me\.web\.plist`/,
    );
    expect(stdout).toMatch(/launchd_unchecked:\n {6}# Nice must be[^\n]*\n {6}Nice: "5"/);
  });
});
