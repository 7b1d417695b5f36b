import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI, createWorld, execute } from '../support/private-home.ts';

/**
 * Every shell block of the documentation is run, in order, in a private home with `reconcile` in its PATH. Blocks marked
 * `sh setup` install and test this repository itself, which CI does by running them; they are held to a closed list.
 */

const ROOT = join(import.meta.dirname, '../..');

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/guide.md',
  'docs/testing.md',
  'docs/editors-and-ci.md',
  'examples/quickstart/README.md',
  'examples/lima/README.md',
  'examples/openclaw/README.md',
  'examples/two-managers/README.md',
  'examples/dotfiles/README.md',
];

const SETUP = ['npm ci && npm run quickstart', 'npm ci && npm test', 'npm ci', 'npm test'];

interface Block {
  readonly kind: string;
  readonly text: string;
}

const blocksOf = (page: string): readonly Block[] =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```(sh[^\n]*)\n([\s\S]*?)^```/gm)].map(
    ([, kind = '', text = '']) => ({ kind, text }),
  );

const withoutComment = (line: string): string => line.replace(/\s+#.*$/, '').trim();

describe('documentation', () => {
  it.each(PAGES)('%s: its set-up commands are those that CI runs', (page) => {
    const lines = blocksOf(page)
      .filter(({ kind }) => kind === 'sh setup')
      .flatMap(({ text }) => text.split('\n').map(withoutComment).filter(Boolean));
    expect(lines.filter((line) => !SETUP.includes(line))).toEqual([]);
  });

  it.each(PAGES)('%s: its shell blocks run', async (page) => {
    const blocks = blocksOf(page).filter(({ kind }) => kind === 'sh');
    const world = createWorld();
    try {
      // A copy of what the page is about, since some blocks write files.
      const folder = join(world.home, 'work', dirname(page) === 'docs' ? 'guide' : dirname(page));
      mkdirSync(folder, { recursive: true });
      cpSync(join(ROOT, 'examples'), join(world.home, 'work/examples'), { recursive: true });
      const bin = join(world.home, 'bin');
      mkdirSync(bin);
      symlinkSync(CLI, join(bin, 'reconcile'));
      const env = { ...world.env, PATH: `${bin}:${dirname(process.execPath)}:${world.env['PATH']}` };
      if (page === 'README.md')
        await run('reconcile apply -f examples/quickstart/reconcile.yaml --yes', folder, env);
      for (const { text } of blocks) await run(text.replaceAll('npx reconcile', 'reconcile'), folder, env);
    } finally {
      await world.end();
    }
  });
});

async function run(text: string, cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
  const { code, stdout, stderr } = await execute('/bin/bash', ['-euo', 'pipefail', '-c', text], env, cwd);
  if (code !== 0) throw new Error(`exit ${code} of:\n${text}\n${stdout}\n${stderr}`);
}
