import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { done, npmEnvironment, packPackage } from '../support/packed.ts';
import { CLI, execute } from '../support/private-home.ts';

/** The hooks of .pre-commit-hooks.yaml, run as pre-commit runs them, and by pre-commit itself where it is installed. */

const ROOT = join(import.meta.dirname, '../..');
const HOOKS = readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8');
const INSTALL_MS = 180_000;

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly language: string;
  readonly files?: string;
  readonly types?: readonly string[];
}
const hooks: readonly Hook[] = parse(HOOKS);

const REPOSITORY = {
  'reconcile.yaml': 'version: 1\ninstances: {a: {command: /bin/true, restart: never}}\n',
  'mac/reconcile-work.yml': 'version: 1\ninstances: {b: {command: /bin/true, nise: 5}}\n',
  // Parts of a declaration, and others' files, are not files of their own.
  'reconcile/jobs.yaml': 'instances: {c: {command: /bin/true}}\n',
  'unreconciled.yaml': 'what: ever\n',
  'LaunchAgents/net.me.trap.plist': `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>net.me.trap</string>
  <key>ProgramArguments</key><array><string>/opt/trap</string></array>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict>
</dict>
</plist>
`,
};

let folder: string;
let repository: string;
let env: Record<string, string>;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-hooks-')));
  repository = join(folder, 'repository');
  for (const [name, text] of Object.entries(REPOSITORY)) {
    mkdirSync(join(repository, name, '..'), { recursive: true });
    writeFileSync(join(repository, name), text);
  }
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(CLI, join(bin, 'reconcile'));
  env = {
    ...npmEnvironment(folder),
    PATH: [bin, process.env['PATH']].join(delimiter),
    PRE_COMMIT_HOME: join(folder, 'pre-commit'),
    GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
  };
  writeFileSync(join(folder, 'gitconfig'), '[user]\n  name = tester\n  email = tester@localhost\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const VALIDATE_FAILS =
  /reconcile\.yaml is valid: 1 job[\s\S]*error\[field\/unknown\]: An instance has no field `nise`/;
const AUDIT_FAILS = /LaunchAgents\/net\.me\.trap\.plist\n\s*7 +error +restart\/only-after-success/;

describe('.pre-commit-hooks.yaml', () => {
  /** The files that pre-commit would give it: Python's `re.search`, and for types the ends of names. */
  const filesOf = ({ files = '', types = [] }: Hook): readonly string[] =>
    Object.keys(REPOSITORY).filter(
      (name) => new RegExp(files).test(name) && types.every((type) => name.endsWith(`.${type}`)),
    );
  const run = (hook: Hook) =>
    execute('sh', ['-c', `${hook.entry} "$@"`, hook.id, ...filesOf(hook)], env, repository);
  const hookOf = (id: string): Hook => {
    const hook = hooks.find((each) => each.id === id);
    if (hook === undefined) throw new Error(`no hook ${id}`);
    return hook;
  };

  it('has both hooks, installed by npm', () => {
    expect(hooks.map(({ id, language }) => [id, language])).toEqual([
      ['reconcile-validate', 'node'],
      ['reconcile-audit', 'node'],
    ]);
  });

  it('validates the files that are declarations of their own', async () => {
    const hook = hookOf('reconcile-validate');
    expect(filesOf(hook)).toEqual(['reconcile.yaml', 'mac/reconcile-work.yml']);
    const { code, stdout, stderr } = await run(hook);
    expect(code).toBe(65);
    expect(stdout + stderr).toMatch(VALIDATE_FAILS);
  });

  it('audits plists', async () => {
    const hook = hookOf('reconcile-audit');
    expect(filesOf(hook)).toEqual(['LaunchAgents/net.me.trap.plist']);
    const { code, stdout } = await run(hook);
    expect(code).toBe(2);
    expect(stdout).toMatch(AUDIT_FAILS);
  });
});

/** Older ones, Debian's among them, install from the registry alone, and nobody is asked here. */
const LEAST = 4;
const version = spawnSync('pre-commit', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const hasPreCommit = Number(/(\d+)\./.exec(version)?.[1] ?? 0) >= LEAST;

describe('pre-commit itself', () => {
  it.skipIf(!hasPreCommit)(
    'installs the hooks and runs them (with pre-commit 4: pip install pre-commit)',
    async () => {
      // The hooks' repository: the package with its dependencies, as the build leaves it, so that nobody is asked for them.
      const packed = join(folder, 'packed');
      await packPackage(packed);
      const source = join(folder, 'hooks');
      cpSync(join(packed, 'package'), source, { recursive: true });
      const {
        scripts: _scripts,
        devDependencies: _dev,
        ...manifest
      } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
      writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
      writeFileSync(join(source, '.pre-commit-hooks.yaml'), HOOKS);
      const rev = await commit(source);
      const config = { repos: [{ repo: source, rev, hooks: hooks.map(({ id }) => ({ id })) }] };
      writeFileSync(join(repository, '.pre-commit-config.yaml'), JSON.stringify(config));
      await commit(repository);

      const bad = await execute('pre-commit', ['run', '--all-files'], env, repository);
      expect(bad.stdout + bad.stderr).toMatch(VALIDATE_FAILS);
      expect(bad.stdout).toMatch(AUDIT_FAILS);
      expect(bad.code).toBe(1);

      writeFileSync(join(repository, 'mac/reconcile-work.yml'), REPOSITORY['reconcile.yaml']);
      rmSync(join(repository, 'LaunchAgents/net.me.trap.plist'));
      await commit(repository);
      const good = await done('pre-commit', execute('pre-commit', ['run', '--all-files'], env, repository));
      expect(good.stdout).toMatch(
        /reconcile validate\.+Passed\nreconcile audit\.+\(no files to check\)Skipped\n/,
      );
    },
    INSTALL_MS,
  );

  async function commit(path: string): Promise<string> {
    const git = (...args: readonly string[]) => done('git', execute('git', args, env, path));
    if (!existsSync(join(path, '.git'))) await git('init', '--quiet');
    await git('add', '--all', '--force');
    await git('commit', '--quiet', '--message', 'All of it');
    return (await git('rev-parse', 'HEAD')).stdout.trim();
  }
});

describe('scripts/prepare.mjs', () => {
  it(
    'fetches what the build needs where npm installs a clone globally, which leaves that out',
    async () => {
      const clone = join(folder, 'clone');
      mkdirSync(clone);
      for (const name of [
        'src',
        'scripts',
        'package.json',
        'tsconfig.json',
        'tsconfig.build.json',
        'LICENSE',
        'NOTICE',
      ])
        cpSync(join(ROOT, name), join(clone, name), { recursive: true });
      // In the place of npm: it tells how it was called, and has everything already.
      const stand = join(folder, 'stand-in');
      mkdirSync(stand);
      const modules = join(ROOT, 'node_modules');
      const links = readdirSync(modules)
        .filter((name) => !name.startsWith('.'))
        .map((name) => `ln -s '${join(modules, name)}' node_modules/`);
      writeFileSync(
        join(stand, 'npm'),
        [
          '#!/bin/sh',
          'echo "npm $*"',
          'env | grep -ic "^npm_config_global="',
          'mkdir -p node_modules/.bin',
          ...links,
        ].join('\n'),
      );
      chmodSync(join(stand, 'npm'), 0o755);
      const prepare = await done(
        'prepare',
        execute(
          process.execPath,
          ['scripts/prepare.mjs'],
          { ...env, PATH: [stand, env['PATH']].join(delimiter), npm_config_global: 'true' },
          clone,
        ),
      );
      expect(prepare.stdout).toMatch(/^npm ci --global=false --include=dev .*\n0\n/);
      const version = await done(
        'reconcile',
        execute(process.execPath, [join(clone, 'dist/cli.js'), '--version'], env, clone),
      );
      expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    },
    INSTALL_MS,
  );
});
