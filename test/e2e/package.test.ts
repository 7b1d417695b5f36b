import {
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
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { done, npm, npmEnvironment, packPackage } from '../support/packed.ts';
import { execute } from '../support/private-home.ts';

/** The package as others get it: packed, and installed by npm into a folder that knows nothing of this repository. */

const ROOT = join(import.meta.dirname, '../..');
const MODULES = join(ROOT, 'node_modules');
const NPM_MS = 120_000;

let folder: string;
let tarball: string;
/** A project that depends on it. */
let project: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-package-')));
  tarball = await packPackage(join(folder, 'packed'));
  project = join(folder, 'project');
  cpSync(join(ROOT, 'examples/vitest'), project, { recursive: true });
  // What else the project needs is installed already; npm is to install ours alone.
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ ...manifest, devDependencies: {} }));
  await done('npm install', npm(project, ['install', '--ignore-scripts', tarball]));
  for (const name of readdirSync(MODULES))
    if (!existsSync(join(project, 'node_modules', name)) && !name.startsWith('.'))
      symlinkSync(join(MODULES, name), join(project, 'node_modules', name));
}, NPM_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('the installed package', () => {
  it('holds what it needs, and nothing of its workshop', () => {
    const installed = join(project, 'node_modules/launchd-reconcile');
    expect(readdirSync(installed).sort()).toEqual(
      expect.arrayContaining(['LICENSE', 'NOTICE', 'README.md', 'dist', 'docs', 'package.json']),
    );
    for (const name of ['src', 'test', 'scripts', 'examples', '.github'])
      expect(existsSync(join(installed, name)), name).toBe(false);
  });

  it.each(['nodenext', 'node16', 'bundler'])(
    'is found with its types by moduleResolution %s',
    async (resolution) => {
      const check = async (text: string): Promise<string> => {
        writeFileSync(join(project, 'consumer.ts'), text);
        const module = resolution === 'bundler' ? 'esnext' : resolution;
        const options = ['--strict', '--noEmit', '--target', 'es2022', '--types', 'node', '--module', module];
        const tsc = [join(MODULES, 'typescript/bin/tsc'), ...options, '--moduleResolution', resolution];
        const { stdout } = await execute(process.execPath, [...tsc, 'consumer.ts'], {}, project);
        return stdout;
      };
      const text = [
        "import { planChanges, type Plan } from 'launchd-reconcile';",
        "import { createEmbeddedLaunchd, type EmbeddedLaunchd } from 'launchd-reconcile/testing';",
        'export const plan: (...given: Parameters<typeof planChanges>) => Plan = planChanges;',
        'export async function runs(label: string): Promise<number | null> {',
        '  await using launchd: EmbeddedLaunchd = await createEmbeddedLaunchd({ env: process.env });',
        "  return (await launchd.waitFor(label, ({ state }) => state === 'running')).runs;",
        '}',
      ].join('\n');
      expect(await check(text)).toBe('');
      // The types are really there: what is wrong is told.
      expect(await check(text.replace('Promise<number | null>', 'Promise<string>'))).toMatch(/TS2322/);
    },
  );

  it('has its types where an old resolution looks for them', () => {
    const installed = join(project, 'node_modules/launchd-reconcile');
    const { main, types, typesVersions, exports } = JSON.parse(
      readFileSync(join(installed, 'package.json'), 'utf8'),
    );
    expect(main).toBe(exports['.'].default);
    expect(types).toBe(exports['.'].types);
    expect(typesVersions['*'].testing).toEqual([exports['./testing'].types]);
    for (const path of [main, types, exports['./testing'].types, exports['./testing'].default])
      expect(existsSync(join(installed, path)), path).toBe(true);
    // `.ts` in a declaration needs a new compiler.
    const declarations = readdirSync(join(installed, 'dist/lib'), { recursive: true, encoding: 'utf8' });
    for (const name of declarations.filter((each) => each.endsWith('.d.ts')))
      expect(readFileSync(join(installed, 'dist/lib', name), 'utf8')).not.toMatch(/from '[^']*\.ts'/);
  });

  it('gives CommonJS a launchd, too', async () => {
    const script = join(project, 'common.cjs');
    writeFileSync(
      script,
      `const { createEmbeddedLaunchd } = require('launchd-reconcile/testing');
       createEmbeddedLaunchd().then(async (launchd) => {
         const { stdout } = await launchd.launchctl(['managername']);
         const version = await launchd.reconcile(['--version']);
         await launchd.stop();
         console.log(JSON.stringify([launchd.home, stdout, version.code]));
       });`,
    );
    const { stdout } = await done(
      'node',
      execute(process.execPath, [script], { PATH: process.env['PATH'] }, project),
    );
    const [home, manager, code] = JSON.parse(stdout);
    expect(manager).toMatch(/^(Aqua|System)\n$/);
    expect(code).toBe(0);
    expect(existsSync(dirname(home))).toBe(false);
  });

  it('runs examples/vitest', async () => {
    const vitest = join(MODULES, 'vitest/vitest.mjs');
    const { stdout } = await done(
      'vitest',
      execute(process.execPath, [vitest, 'run', '--reporter=json'], npmEnvironment(folder), project),
    );
    const { numPassedTests, numFailedTests } = JSON.parse(stdout.slice(stdout.indexOf('{')));
    expect({ numPassedTests, numFailedTests }).toEqual({ numPassedTests: 3, numFailedTests: 0 });
  });
});

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'runs-on': string;
        readonly steps: readonly { readonly name?: string; readonly run?: string }[];
      }
    >
  >;
}

describe('examples/dotfiles/.github/workflows/agents.yml', () => {
  it.skipIf(!existsSync('/usr/bin/python3'))(
    'runs on Linux, step by step (its server needs /usr/bin/python3)',
    async () => {
      const repository = join(folder, 'dotfiles');
      cpSync(join(ROOT, 'examples/dotfiles'), repository, { recursive: true });
      const workflow: Workflow = parse(
        readFileSync(join(repository, '.github/workflows/agents.yml'), 'utf8'),
      );
      expect(workflow.permissions).toEqual({ contents: 'read' });
      // Two runs of this test on one machine must not want the same port.
      const jobs = join(repository, 'jobs/notes.yaml');
      writeFileSync(jobs, readFileSync(jobs, 'utf8').replace('8123', String(await freePort())));
      const prefix = join(folder, 'global');
      mkdirSync(prefix);
      const env = {
        ...npmEnvironment(folder),
        npm_config_prefix: prefix,
        PATH: [join(prefix, 'bin'), process.env['PATH']].join(delimiter),
        CI: 'true',
      };
      const steps = Object.values(workflow.jobs).flatMap((job) => job.steps.flatMap(({ run }) => run ?? []));
      expect(steps.length).toBe(3);
      const output: string[] = [];
      for (const step of steps) {
        // The one thing that differs: where npm takes the package from.
        const script = step.replace(
          'npm install --global launchd-reconcile',
          `npm install --global '${tarball}'`,
        );
        const { stdout } = await done(step, execute('bash', ['-e', '-c', script], env, repository));
        output.push(stdout);
      }
      expect(output[0]).toContain('added 1 package');
      expect(output[1]).toMatch(/is valid: 3 jobs[\s\S]*is valid: 5 jobs for me on studio/);
      expect(output[2]).toMatch(/serve-notes +● running/);
    },
    NPM_MS,
  );
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
