import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** What holds for every workflow, ours and those that we show others. */

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['.github/workflows', 'examples/dotfiles/.github/workflows'];
const workflows = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder)).map((name) => join(folder, name)),
);

interface Workflow {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions?: unknown;
        readonly 'timeout-minutes'?: number;
        readonly strategy?: { readonly matrix: Readonly<Record<string, readonly (string | number)[]>> };
        readonly steps: readonly {
          readonly uses?: string;
          readonly run?: string;
          readonly with?: Readonly<Record<string, unknown>>;
        }[];
      }
    >
  >;
}

function workflow(path: string): { readonly text: string; readonly value: Workflow } {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return { text, value: parse(text) };
}

describe.each(workflows)('%s', (path) => {
  const { text, value } = workflow(path);
  const steps = Object.values(value.jobs).flatMap((job) => job.steps);

  it('may read, and nothing else; it knows no secret, and leaves no token behind', () => {
    expect(value.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(value.jobs)) expect(job.permissions).toBeUndefined();
    expect(text).not.toMatch(/secrets|pull_request_target|GITHUB_TOKEN/);
    for (const { uses, with: given } of steps)
      if (uses?.startsWith('actions/checkout')) expect(given?.['persist-credentials']).toBe(false);
  });

  it('uses only GitHub’s own actions, each held to a major version', () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@v[0-9]+$/);
  });

  it('puts nothing that somebody else may write into a shell, and ends', () => {
    for (const { run } of steps) expect(run ?? '').not.toMatch(/\$\{\{/);
    for (const job of Object.values(value.jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
  });
});

describe('the contract workflow', () => {
  it('asks each macOS that we speak of and GitHub runs, weekly and by hand', () => {
    const { value } = workflow('.github/workflows/contract.yml');
    expect(value.jobs['launchd']?.strategy?.matrix).toEqual({ os: ['macos-14', 'macos-15', 'macos-26'] });
    expect(value.on).toMatchObject({ workflow_dispatch: null, schedule: [{ cron: expect.any(String) }] });
  });
});
