import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { done, npmEnvironment, packPackage } from '../support/packed.ts';
import { type Ended, execute } from '../support/private-home.ts';

/** action.yml, step by step as a runner would take it: its scripts are run as they stand, with what GitHub gives them. */

const ROOT = join(import.meta.dirname, '../..');
const TEXT = readFileSync(join(ROOT, 'action.yml'), 'utf8');

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}
const action: {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
} = parse(TEXT);
const { steps } = action.runs;

/** In the place of GitHub's `gh`: it tells how it was called and what was sent, and knows the comments of `comments.json`. */
const GH = `#!/usr/bin/env node
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
const body = args.find((arg) => arg.startsWith('body=@'));
const sent = body === undefined ? null : readFileSync(body.slice(6), 'utf8');
appendFileSync(process.env.GH_CALLS, JSON.stringify({ args, sent, token: process.env.GH_TOKEN, marker: process.env.MARKER }) + '\\n');
if (sent !== null && process.env.GH_REFUSES) process.exit(1);
if (sent === null && existsSync(process.env.GH_COMMENTS)) process.stdout.write(readFileSync(process.env.GH_COMMENTS));
`;

let folder: string;
let repository: string;
let env: Record<string, string>;
let base: string;
let runs = 0;

const git = async (...args: readonly string[]): Promise<string> =>
  (await done('git', execute('git', args, env, repository))).stdout.trim();

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-action-')));
  repository = join(folder, 'repository');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'gh'), GH);
  chmodSync(join(bin, 'gh'), 0o755);
  writeFileSync(join(folder, 'gitconfig'), '[user]\n  name = tester\n  email = tester@localhost\n');
  env = {
    ...npmEnvironment(folder),
    PATH: [bin, process.env['PATH']].join(delimiter),
    GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
    RUNNER_TEMP: join(folder, 'temp'),
    GITHUB_ACTION_PATH: ROOT,
    GITHUB_REPOSITORY: 'me/dotfiles',
    GITHUB_PATH: join(folder, 'path'),
    CI: 'true',
  };
  mkdirSync(join(folder, 'temp'));
  writeFileSync(join(folder, 'path'), '');
  cpSync(join(ROOT, 'examples/dotfiles'), repository, { recursive: true });
  cpSync(join(ROOT, 'examples/vitest/agents'), join(repository, 'agents'), { recursive: true });
  await git('init', '--quiet');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Before');
  base = await git('rev-parse', 'HEAD');
  // The first step; the one thing that differs is where npm takes the package from.
  const tarball = await packPackage(join(folder, 'packed'));
  const [, install] = steps;
  const script = install?.run?.replace('launchd-reconcile@$INPUT_VERSION', tarball) ?? '';
  expect(script).toContain(tarball);
  await done('install', execute('bash', ['-e', '-c', script], env, repository));
  env['PATH'] = [readFileSync(join(folder, 'path'), 'utf8').trim(), env['PATH']].join(delimiter);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

interface Told extends Ended {
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Everything in `${{ }}` that action.yml uses, for this run. */
function values(
  inputs: Readonly<Record<string, string>>,
  isPullRequest: boolean,
): Readonly<Record<string, string>> {
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [`inputs.${name}`, inputs[name] ?? input.default]),
  );
  return {
    ...given,
    'github.token': 'a-token',
    'github.event.pull_request.base.sha': isPullRequest ? base : '',
    'github.event.pull_request.number': isPullRequest ? '7' : '',
  };
}

async function take(
  step: Step | undefined,
  known: Readonly<Record<string, string>>,
  more = {},
): Promise<Told> {
  runs++;
  const files = {
    GITHUB_STEP_SUMMARY: join(folder, `summary-${runs}`),
    GITHUB_OUTPUT: join(folder, `output-${runs}`),
  };
  for (const path of Object.values(files)) writeFileSync(path, '');
  const given = Object.entries(step?.env ?? {}).map(([name, text]) => [
    name,
    text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
      const value = known[expression];
      if (value === undefined) throw new Error(`unknown: ${expression}`);
      return value;
    }),
  ]);
  expect(step?.shell).toBe('bash');
  const own = { ...env, ...files, ...Object.fromEntries(given), ...more };
  const ended = await execute(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''],
    own,
    repository,
  );
  const outputs = readFileSync(files.GITHUB_OUTPUT, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('='));
  return {
    ...ended,
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    outputs: Object.fromEntries(outputs),
  };
}

const check = (inputs: Readonly<Record<string, string>> = {}, isPullRequest = true): Promise<Told> =>
  take(
    steps.find(({ id }) => id === 'check'),
    values({ 'fail-on': 'never', ...inputs }, isPullRequest),
  );

const edit = (path: string, from: string, to: string): void => {
  const text = readFileSync(join(repository, path), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(repository, path), text.replace(from, to));
};

describe('action.yml', () => {
  it('is made of scripts that nobody else’s text can enter, and of GitHub’s own actions', () => {
    expect(action.runs.using).toBe('composite');
    expect(steps.flatMap(({ uses }) => uses ?? [])).toEqual(['actions/setup-node@v4']);
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
    for (const { run, env: own } of steps)
      for (const [, name = ''] of (run ?? '').matchAll(/\$(INPUT_\w+)/g)) expect(own).toHaveProperty(name);
    expect(Object.keys(action.inputs)).toEqual(['file', 'paths', 'as', 'fail-on', 'comment', 'version']);
  });

  it('comments only where it was asked to, on pull requests, when there is a report', () => {
    expect(steps.at(-1)?.if).toBe(
      "always() && inputs.comment == 'true' && github.event_name == 'pull_request' && steps.check.outputs.report != ''",
    );
  });
});

describe('its check', () => {
  afterEach(async () => {
    await git('checkout', '--quiet', '--', '.');
    await git('clean', '--quiet', '-f');
  });

  it('finds nothing in a pull request that changes nothing', async () => {
    const { code, stdout, summary } = await check();
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^reconcile\.yaml is valid: \d jobs for runner on /);
    expect(summary).toMatch(
      /^## reconcile: `reconcile\.yaml`\n\n### What this pull request changes\n\n\*\*No changes\. \d jobs match\.\*\*/,
    );
    expect(summary).toContain('### Audit');
  });

  it('tells what a pull request changes, also in files that are included', async () => {
    edit('reconcile.yaml', 'throttle: 30s', 'throttle: 5s');
    edit(
      'jobs/notes.yaml',
      'instances:\n',
      'instances:\n  mail:\n    command: /opt/mail\n    environment: { API_TOKEN: hunter2-hunter2 }\n',
    );
    const { code, summary, outputs } = await check();
    expect(code).toBe(0);
    expect(summary).toContain(
      '| `~` | **serve-notes** | `com.example.dotfiles.serve-notes` (gui/501) | the declaration changed; will restart |',
    );
    expect(summary).toContain(
      '- ThrottleInterval: 30\n+ ThrottleInterval: 5  # at least 5 s between two starts',
    );
    expect(summary).toContain('| `+` | **mail** |');
    expect(summary).toContain('+ EnvironmentVariables.API_TOKEN: (sensitive)');
    expect(summary).not.toContain('hunter2');
    expect(readFileSync(outputs['report'] ?? '', 'utf8')).toBe(summary);
  });

  it('has no plan outside of pull requests', async () => {
    const { code, summary } = await check({}, false);
    expect(code).toBe(0);
    expect(summary).not.toContain('pull request');
  });

  it('audits, annotates, and writes SARIF for code scanning', async () => {
    const { code, stdout, summary, outputs } = await check({ paths: 'agents jobs', 'fail-on': 'warning' });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^::warning file=agents\/com\.example\.sync\.plist,line=18,col=\d+,title=restart\/short-throttle::/m,
    );
    expect(summary).toContain('| warning | `agents/com.example.sync.plist:18` | `restart/short-throttle`');
    const { version, runs: results } = JSON.parse(readFileSync(outputs['sarif'] ?? '', 'utf8'));
    expect(version).toBe('2.1.0');
    expect(results[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain(
      'restart/short-throttle',
    );
    expect((await check({ file: 'none.yaml', paths: 'agents', 'fail-on': 'error' })).code).toBe(0);
  });

  it('audits paths alone where there is no file', async () => {
    const { code, summary } = await check({ file: 'none.yaml', paths: 'agents' });
    expect(code).toBe(0);
    expect(summary).toContain('### Audit');
    const nothing = await check({ file: 'none.yaml' });
    expect(nothing.code).toBe(1);
    expect(nothing.summary).toContain('There is no file');
  });

  it('shows each mistake of an invalid file at its place, and fails', async () => {
    edit('reconcile.yaml', 'restart:', 'restrt:');
    const { code, stdout, summary, outputs } = await check();
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^::error file=reconcile\.yaml,line=\d+,col=\d+,title=field\/unknown::.*restrt.*Did you mean `restart`\?$/m,
    );
    expect(summary).toMatch(/### The file is invalid\n\n`{8}text\nerror\[field\/unknown\][\s\S]*\n`{8}\n/);
    expect(outputs['report']).toBeDefined();
  });

  it('compares a first file with nothing, and says when the base is not there', async () => {
    cpSync(join(ROOT, 'examples/lima/reconcile.yaml'), join(repository, 'lima.yaml'));
    expect((await check({ file: 'lima.yaml' })).summary).toMatch(/\*\*Plan: 3 to create\./);
    const gone = await take(
      steps.find(({ id }) => id === 'check'),
      {
        ...values({ 'fail-on': 'never' }, true),
        'github.event.pull_request.base.sha': '0'.repeat(40),
      },
    );
    expect(gone.code).toBe(0);
    expect(gone.summary).toContain('check out with `fetch-depth: 0`');
  });
});

describe('its comment', () => {
  interface Call {
    readonly args: readonly string[];
    readonly sent: string | null;
    readonly token: string;
    readonly marker: string;
  }

  async function comment(
    report: string,
    comments: string,
    more = {},
  ): Promise<Ended & { readonly calls: readonly Call[] }> {
    const path = (name: string): string => join(folder, `${name}-${runs}`);
    writeFileSync(path('report'), report);
    writeFileSync(path('comments'), comments);
    const known = { ...values({}, true), 'steps.check.outputs.report': path('report') };
    const calls = path('calls');
    const told = await take(steps.at(-1), known, { GH_CALLS: calls, GH_COMMENTS: path('comments'), ...more });
    const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    return { ...told, calls: lines.map((line) => JSON.parse(line)) };
  }

  it('is written once', async () => {
    const { code, calls } = await comment('## A report\n', '');
    expect(code).toBe(0);
    expect(calls).toHaveLength(2);
    const [list, post] = calls;
    expect(list?.args.slice(0, 3)).toEqual(['api', '--paginate', 'repos/me/dotfiles/issues/7/comments']);
    expect(post?.args).toEqual(expect.arrayContaining(['POST', 'repos/me/dotfiles/issues/7/comments']));
    expect(post).toMatchObject({ token: 'a-token', sent: `${list?.marker}\n## A report\n` });
    expect(list?.marker).toBe('<!-- launchd-reconcile: reconcile.yaml -->');
  });

  it('is written anew where it is already', async () => {
    const { calls } = await comment('## Another\n', '4711\n4712\n');
    expect(calls[1]?.args).toEqual(
      expect.arrayContaining(['PATCH', 'repos/me/dotfiles/issues/comments/4711']),
    );
  });

  it('is cut where GitHub takes no more, with its blocks ended', async () => {
    const long = `## Long\n\n\`\`\`diff\n${'+ a line of the plan\n'.repeat(4_000)}\`\`\`\n`;
    const { calls } = await comment(long, '');
    const sent = calls[1]?.sent ?? '';
    expect(sent.length).toBeLessThan(65_536);
    expect(sent).toMatch(/\+ a line of the plan\n```\n\n\nThe rest is in the summary of the job\.\n$/);
  });

  it('is left out where it is not permitted, as in a pull request from a fork', async () => {
    const { code, stdout } = await comment('## A report\n', '', { GH_REFUSES: '1' });
    expect(code).toBe(0);
    expect(stdout).toContain('::notice title=reconcile::No comment was written');
  });
});
