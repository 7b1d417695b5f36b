import { mkdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/private-home.ts';

/** `audit` as people and their CI use it: on a file, on a folder, on what is declared and installed. */

const plist = (label: string, content: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${label}</string>
  <key>ProgramArguments</key><array><string>/opt/${label}</string></array>
${content}
</dict>
</plist>
`;

const TRAP = '  <key>KeepAlive</key>\n  <dict><key>SuccessfulExit</key><true/></dict>';

let world: World;
beforeAll(() => {
  world = createWorld();
  world.write('agents/net.me.good.plist', plist('net.me.good', '  <key>RunAtLoad</key><true/>'));
  world.write('agents/net.me.trap.plist', plist('net.me.trap', TRAP));
  world.write(
    'agents/deep/net.me.broken.plist',
    '<plist version="1.0"><dict>\n<key>Label</key></dict></plist>',
  );
  world.write('agents/node_modules/other.plist', 'not looked at');
  world.write('agents/notes.txt', 'not looked at');
});
afterAll(() => world.end());

describe('audit PATH', () => {
  it('tells file, line, code, what, why and how to mend it, and ends with 2', async () => {
    const { code, stdout } = await world.reconcile('audit', 'agents');
    expect(stdout).toBe(`agents/deep/net.me.broken.plist
  2  error    plist/unreadable
     The key "Label" has no value.
     why  launchd refuses what it cannot read, and says only "Input/output error".
     fix  Mend that place; \`plutil -lint\` says on a Mac whether launchd reads the file.

agents/net.me.trap.plist
  8  error    restart/only-after-success  KeepAlive.SuccessfulExit
     It is started again after exit 0, and stays down after a failure or a crash.
     why  SuccessfulExit true starts the job again when it ended well and leaves it down when it failed or crashed; most who write it mean the opposite.
     fix  Write false to have it started again after failures (\`restart: on-failure\`), or KeepAlive true for always.

2 errors in 2 of 3 jobs. \`reconcile explain CODE\` tells more of each.
`);
    expect(code).toBe(2);
  });

  it('gives the same as JSON', async () => {
    const document = await world.json('audit', 'agents/net.me.trap.plist');
    expect(document).toMatchObject({
      format_version: '1.0',
      command: 'audit',
      exit_code: 2,
      findings: [
        {
          code: 'restart/only-after-success',
          severity: 'error',
          label: 'net.me.trap',
          path: join(world.home, 'agents/net.me.trap.plist'),
          line: 8,
          key: 'KeepAlive.SuccessfulExit',
          current: true,
          expected: false,
        },
      ],
    });
  });

  it('gives SARIF and annotations for GitHub, with paths from the top of the repository', async () => {
    const sarif = JSON.parse((await world.reconcile('audit', 'agents', '--format', 'sarif')).stdout);
    expect(sarif.version).toBe('2.1.0');
    expect(
      sarif.runs[0].results.map((result: { ruleId: string; locations: unknown[] }) => [
        result.ruleId,
        JSON.stringify(result.locations[0]),
      ]),
    ).toEqual([
      ['plist/unreadable', expect.stringContaining('"uri":"agents/deep/net.me.broken.plist"')],
      ['restart/only-after-success', expect.stringContaining('"startLine":8')],
    ]);
    const { stdout } = await world.reconcile('audit', 'agents/net.me.trap.plist', '--format', 'github');
    expect(stdout).toMatch(
      /^::error file=agents\/net\.me\.trap\.plist,line=8,col=\d+,title=restart\/only-after-success::It is started again [^\n]+\n$/,
    );
  });

  it('takes a reconcile file for the jobs that it declares', async () => {
    world.write('named.yaml', 'version: 1\ninstances:\n  web: { command: [/opt/web, "$HOME/x"] }\n');
    const { findings } = await world.json('audit', 'named.yaml');
    expect(findings).toMatchObject([
      { code: 'run/unexpanded', path: join(world.home, 'named.yaml'), line: 3 },
    ]);
    world.write('wrong.yaml', 'version: 1\ninstances:\n  web: { comand: x }\n');
    expect((await world.reconcile('audit', 'wrong.yaml')).code).toBe(65);
    const annotated = await world.reconcile('audit', 'wrong.yaml', '--format', 'github');
    expect([annotated.code, annotated.stdout]).toEqual([
      65,
      expect.stringMatching(/^::error file=wrong\.yaml,line=3,col=10,title=field\/unknown::.*command/m),
    ]);
    const scanned = await world.reconcile('audit', 'wrong.yaml', '--format', 'sarif');
    const { results } = JSON.parse(scanned.stdout).runs[0];
    expect([scanned.code, results.length]).toEqual([65, 1]);
    expect(results[0]).toMatchObject({
      ruleId: 'field/unknown',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'wrong.yaml' },
            region: { startLine: 3, startColumn: 10 },
          },
        },
      ],
    });
    const told = await world.reconcile('audit', 'wrong.yaml', '--format', 'json');
    expect([told.code, JSON.parse(told.stdout)]).toMatchObject([
      65,
      { exit_code: 65, diagnostics: [{ code: 'field/unknown' }] },
    ]);
  });

  it('tells once what stands in a template, in the words of the file', async () => {
    world.write(
      'named.yaml',
      [
        'version: 1',
        'templates:',
        '  quick: { restart: { policy: always, throttle: 1s } }',
        'instances:',
        '  web: { template: quick, command: /opt/web }',
        '  api: { template: quick, command: /opt/api }',
        '',
      ].join('\n'),
    );
    const { stdout } = await world.reconcile('audit', 'named.yaml');
    expect(stdout).toContain('  3  warning  restart/short-throttle  web.restart.throttle and 1 more\n');
    expect(stdout).toContain('by leaving `restart.throttle` out');
    expect(stdout).toContain('1 warning in 2 of 2 jobs.');
    expect(stdout.match(/short-throttle/g)).toHaveLength(1);
  });

  it('tells of codes that are none, wherever they are asked for', async () => {
    for (const option of ['--ignore', '--request']) {
      const { code, stderr } = await world.reconcile('audit', 'agents', option, 'restart/only-after-sucess');
      expect([code, stderr]).toEqual([64, expect.stringContaining('there is no such rule')]);
    }
    world.write(
      'codes.yaml',
      'version: 1\naudit: {ignore: [text/*, lies/*]}\ninstances:\n  web:\n    command: /bin/web\n    audit: {ignore: [run/shel-command]}\n',
    );
    const { findings } = (await world.json('audit', 'codes.yaml')) as {
      findings: readonly Record<string, unknown>[];
    };
    expect(findings.map(({ code, line, message }) => [code, line, message])).toEqual([
      ['audit/ignore', null, 'There is no rule lies/* to ignore.'],
      ['audit/ignore', 6, 'There is no rule run/shel-command to ignore.'],
    ]);
  });

  it('tells a mistake in a template once in text, and for each job in JSON', async () => {
    world.write(
      'shared.yaml',
      'version: 1\ntemplates:\n  t:\n    stdout: /tmp/a.log\ninstances:\n  a: {template: t, command: /bin/a}\n  b: {template: t, command: /bin/b}\n',
    );
    const { stdout } = await world.reconcile('audit', 'shared.yaml');
    expect(stdout.match(/^ +4 .*path\/temporary-log/gm)).toHaveLength(1);
    const { findings } = (await world.json('audit', 'shared.yaml')) as { findings: readonly object[] };
    expect(findings).toHaveLength(2);
  });

  it('ends by what --fail-on says', async () => {
    const codeOf = async (...args: readonly string[]) => (await world.reconcile('audit', ...args)).code;
    expect(await codeOf('agents/net.me.good.plist')).toBe(0);
    expect(await codeOf('agents', '--fail-on', 'never')).toBe(0);
    expect(await codeOf('agents/net.me.good.plist', '--all', '--fail-on', 'info')).toBe(2);
    expect(await codeOf('agents/net.me.trap.plist', '--ignore', 'restart/*')).toBe(0);
    expect(await codeOf('agents', '--fail-on', 'sometimes')).toBe(64);
  });

  it('prints the corrected plist of one file, and says what is left to decide', async () => {
    world.write(
      'mend.plist',
      plist(
        'net.me.mend',
        `${TRAP}\n  <key>StandardOutputPath</key><string>/var/log/a</string><!-- keep me -->`,
      ),
    );
    const { code, stdout, stderr } = await world.reconcile('audit', '--fix', 'mend.plist');
    expect(code).toBe(0);
    expect(stdout).toContain('<key>StandardOutPath</key>\n\t<string>/var/log/a</string>');
    expect(stdout).toContain('<!-- keep me -->');
    expect(stdout).not.toContain('StandardOutputPath');
    expect(stderr).toContain('2 findings need a decision of yours');
    expect((await world.reconcile('audit', '--fix', 'agents')).code).toBe(64);
  });

  it('prints a corrected reconcile file, every other byte as it was', async () => {
    const text = `version: 1   # mine
instances:
  # every hour
  tidy:
    command: [/opt/tidy]
    restart: always   # no
    start: { every: 1h }
    environment:
      PATH: /opt/homebrew/bin   # short
      HOME: /Users/me

  other: { command: [/opt/other], environment: { PATH: /opt/bin } }
`;
    world.write('mend.yaml', text);
    const { code, stdout, stderr } = await world.reconcile('audit', '--fix', 'mend.yaml');
    expect(code).toBe(0);
    expect(stdout).toBe(
      text
        .replace('    restart: always   # no\n', '')
        .replace('/opt/homebrew/bin ', '/opt/homebrew/bin:/usr/bin:/bin ')
        .replace('      HOME: /Users/me\n', '')
        .replace('PATH: /opt/bin }', 'PATH: /opt/bin:/usr/bin:/bin }'),
    );
    expect(stderr).toBe('');
    world.write('mended.yaml', stdout);
    expect((await world.reconcile('audit', 'mended.yaml')).code).toBe(0);
  });

  it('refuses in words what is not there, too large, or a folder that links to itself', async () => {
    const missing = await world.reconcile('audit', 'nowhere.plist');
    expect([missing.code, missing.stderr]).toEqual([
      64,
      expect.stringContaining('Nothing is at nowhere.plist.'),
    ]);
    world.write('large.plist', '<plist>');
    truncateSync(join(world.home, 'large.plist'), 100 * 1024 * 1024);
    const large = await world.reconcile('audit', 'large.plist');
    expect([large.code, large.stdout]).toEqual([2, expect.stringContaining('far too large')]);
    mkdirSync(join(world.home, 'loop'));
    symlinkSync('.', join(world.home, 'loop/again'));
    expect((await world.reconcile('audit', 'loop')).code).toBe(0);
  });
});

describe('audit without a path', () => {
  it('judges what is declared, at its place in the file, and what is installed besides', async () => {
    world.write(
      'reconcile.yaml',
      'version: 1\ninstances:\n  web:\n    command: [/opt/web, "$HOME/x"]\n  api: { command: /opt/api }\n',
    );
    world.write(
      '.local/state/reconcile/embedded/LaunchAgents/net.me.other.plist',
      plist('net.me.another', TRAP),
    );
    const { findings } = (await world.json('audit')) as { findings: readonly Record<string, unknown>[] };
    expect(findings.map(({ code, label, line }) => [code, label, line])).toEqual([
      ['run/unexpanded', await labelOfWeb(), 4],
      ['label/file-name', 'net.me.another', 5],
      ['restart/only-after-success', 'net.me.another', 8],
    ]);
  });

  /** The label that the instance gets without a prefix. */
  async function labelOfWeb(): Promise<string | undefined> {
    const { plists } = (await world.json('render')) as { plists: readonly { label: string }[] };
    return plists.find(({ label }) => label.endsWith('.web'))?.label;
  }
});

describe('explain CODE', () => {
  it('tells the rule with both examples, and every rule is listed', async () => {
    const { stdout } = await world.reconcile('explain', 'restart/only-after-success');
    expect(stdout).toContain('<dict><key>SuccessfulExit</key><true/></dict>');
    expect(stdout).toContain('<dict><key>SuccessfulExit</key><false/></dict>');
    const listed = (await world.reconcile('audit', '--rules')).stdout;
    expect(listed).toContain('restart/only-after-success');
    expect(listed).toContain('(on request)');
    const near = await world.reconcile('explain', 'restart/only-after-sucess');
    expect([near.code, near.stderr]).toEqual([64, expect.stringContaining('restart/only-after-success')]);
  });
});

describe('a job that another program writes (`managed_by: other`)', () => {
  const FOLDER = '.local/state/reconcile/embedded/LaunchAgents';
  const writer = (file: string, content: string): string =>
    world.write(`${FOLDER}/${file}.plist`, plist('ai.openclaw.gateway', content));

  it('is compared key by key, in every file that carries its label, and never written', async () => {
    world.write(
      'gateway.yaml',
      `version: 1
name: gateway
audit: { ignore: [label/file-name] }
instances:
  gateway:
    label: ai.openclaw.gateway
    command: [/opt/ai.openclaw.gateway]
    managed_by: other
    restart: { policy: on-success, throttle: 5s }
`,
    );
    const daemon = writer(
      'ai.openclaw.gateway',
      '  <key>RunAtLoad</key><true/>\n  <key>KeepAlive</key><true/>',
    );
    const app = writer(
      'ai.openclaw.app',
      '  <key>RunAtLoad</key><true/>\n  <key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict>',
    );
    const before = world.read(`${FOLDER}/ai.openclaw.gateway.plist`);

    const { findings } = (await world.json('audit', '-f', 'gateway.yaml', '-t', 'gateway')) as {
      findings: readonly Record<string, unknown>[];
    };
    expect(
      findings.map(({ code, severity, path, key, current, expected }) => [
        code,
        severity,
        path,
        key,
        current,
        expected,
      ]),
    ).toEqual([
      ['declared/differs', 'error', app, 'ThrottleInterval', null, 5],
      ['declared/differs', 'error', daemon, 'ThrottleInterval', null, 5],
      ['declared/differs', 'error', daemon, 'KeepAlive', true, { SuccessfulExit: true }],
      ['job/two-plists', 'error', daemon, 'Label', 'ai.openclaw.gateway', null],
    ]);

    const plan = await world.json('plan', '-f', 'gateway.yaml');
    expect(plan).toMatchObject({
      summary: { update: 0, adopt: 0, blocked: 0, noop: 1 },
      changes: [{ label: 'ai.openclaw.gateway', op: 'noop', reasons: ['drifted'], actions: [] }],
      diagnostics: [
        {
          code: 'job/other-differs',
          severity: 'warning',
          message:
            '`gateway` is managed by another program, and its plist differs from the declaration in KeepAlive, ThrottleInterval.',
        },
      ],
    });
    expect((await world.reconcile('apply', '--yes', '-f', 'gateway.yaml')).code).toBe(0);
    expect(world.read(`${FOLDER}/ai.openclaw.gateway.plist`)).toBe(before);
  });

  it('is fine when its plist says what is declared, whatever else stands in it', async () => {
    writer(
      'ai.openclaw.gateway',
      `  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict>
  <key>ThrottleInterval</key><integer>5</integer>
  <key>Nice</key><integer>3</integer>`,
    );
    const { findings } = (await world.json(
      'audit',
      '-f',
      'gateway.yaml',
      '-t',
      'gateway',
      '--ignore',
      'job/two-plists',
      '--ignore',
      'loaded/*',
    )) as { findings: readonly Record<string, unknown>[] };
    const daemonsOnly = findings.filter(({ path }) => `${path}`.endsWith('gateway.plist'));
    expect(daemonsOnly).toEqual([]);
    expect(await world.json('plan', '-f', 'gateway.yaml')).toMatchObject({
      // launchd still has what the writer wrote before.
      diagnostics: [{ code: 'job/other-stale' }],
    });
    await world.launchctl('bootout', `gui/${process.getuid?.()}/ai.openclaw.gateway`);
    expect(await world.json('plan', '-f', 'gateway.yaml')).toMatchObject({ diagnostics: [] });
  });

  it('is forgotten, not deleted, when it was ours before', async () => {
    world.write(
      'own.yaml',
      'version: 1\nname: own\ninstances:\n  nap: { label: net.me.nap, command: [/bin/sleep, "60"] }\n',
    );
    expect((await world.reconcile('apply', '--yes', '-f', 'own.yaml')).code).toBe(0);
    world.write(
      'own.yaml',
      'version: 1\nname: own\ninstances:\n  nap: { label: net.me.nap, managed_by: other, command: [/bin/sleep, "60"] }\n',
    );
    expect(await world.json('plan', '-f', 'own.yaml')).toMatchObject({
      changes: [{ op: 'update', reasons: ['changed'], actions: ['write-plist', 'forget'], restarts: false }],
    });
    expect((await world.reconcile('apply', '--yes', '-f', 'own.yaml')).code).toBe(0);
    world.write('own.yaml', 'version: 1\nname: own\ninstances: {}\n');
    expect(await world.json('plan', '-f', 'own.yaml')).toMatchObject({ changes: [] });
    expect(world.read(`${FOLDER}/net.me.nap.plist`)).toContain('net.me.nap');
  });
});

describe('what launchd has loaded', () => {
  let own: World;
  beforeAll(() => {
    own = createWorld();
  });
  afterAll(() => own.end());

  const FOLDER = '.local/state/reconcile/embedded/LaunchAgents';
  const codes = async (...args: readonly string[]): Promise<readonly unknown[]> => {
    const { findings } = (await own.json('audit', '--ignore', 'path/*', ...args)) as {
      findings: readonly Record<string, unknown>[];
    };
    return findings.map(({ code, label }) => [code, label]);
  };
  const sleeper = (label: string, content: string): string =>
    plist(label, content).replace(`/opt/${label}`, '/bin/sleep</string><string>600');

  it('starts no embedded launchd to look', async () => {
    own.write(`${FOLDER}/net.me.a.plist`, sleeper('net.me.a', '  <key>RunAtLoad</key><true/>'));
    expect(await codes()).toEqual([]);
    expect((await own.json('embedded', 'status'))['pid']).toBe(null);
  });

  it('finds a job whose file is gone, and one that was loaded before its file was edited', async () => {
    const domain = `gui/${process.getuid?.()}`;
    // The login loads net.me.a from its folder.
    const gone = own.write(
      'elsewhere/net.me.gone.plist',
      sleeper('net.me.gone', '  <key>RunAtLoad</key><true/>'),
    );
    expect((await own.launchctl('bootstrap', domain, gone)).code).toBe(0);
    expect(await codes()).toEqual([]);
    rmSync(gone);
    own.write(
      `${FOLDER}/net.me.a.plist`,
      sleeper('net.me.a', '  <key>RunAtLoad</key><true/>\n  <key>KeepAlive</key><true/>'),
    );
    expect(await codes()).toEqual([
      ['loaded/old-definition', 'net.me.a'],
      ['loaded/no-file', 'net.me.gone'],
    ]);
    expect(await codes('--ignore', 'loaded/*')).toEqual([]);
    const { stdout } = await own.reconcile('audit', '--ignore', 'path/*');
    expect(stdout).toContain('What launchd has loaded differs from the file in KeepAlive.');
  });
});
