// Builds what `npm ci` must leave runnable:
//   dist/cli.js + chunks   the command: one lazy chunk a command, so that start-up stays near bare Node
//   dist/embedded/         the embedded launchd: a daemon and its launchctl, each one self-contained CommonJS file
//   dist/lib/              the library: unbundled, with types
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
  define: { RECONCILE_VERSION: JSON.stringify(version) },
  plugins: [
    {
      // The package `plist` reads with xmldom, and we read with a scanner of our own (docs/design/plist.md): a quarter of
      // the bundle that would be loaded and never called.
      name: 'leave-out-xmldom',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^@xmldom\/xmldom$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
        onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {}' }));
      },
    },
  ],
};

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/embedded', { recursive: true });
await Promise.all([
  build({
    ...common,
    entryPoints: { cli: 'src/cli.ts' },
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // CommonJS parts of an ESM bundle ask for node: modules through require.
    banner: {
      js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
    },
  }),
  build({
    ...common,
    entryPoints: { launchd: 'src/emulator/launchd.ts', launchctl: 'src/emulator/launchctl.ts' },
    outdir: 'dist/embedded',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
  }),
]);
writeFileSync('dist/embedded/package.json', '{"type":"commonjs"}\n');
// People and scripts call it by the name launchctl; the folder can stand first in a PATH.
mkdirSync('dist/embedded/bin', { recursive: true });
writeFileSync('dist/embedded/bin/launchctl', "#!/usr/bin/env node\nrequire('../launchctl.cjs');\n");
chmodSync('dist/embedded/bin/launchctl', 0o755);
chmodSync('dist/cli.js', 0o755);
// npm links the commands of dependencies, not our own: with this, `npx reconcile` works in a clone.
rmSync('node_modules/.bin/reconcile', { force: true });
symlinkSync('../../dist/cli.js', 'node_modules/.bin/reconcile');

if (!process.argv.includes('--no-types')) {
  const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
  // tsc rewrites the imports of the code alone; declarations that say `.ts` need a new compiler to be read.
  for (const name of readdirSync('dist/lib', { recursive: true }))
    if (name.endsWith('.d.ts')) {
      const path = `dist/lib/${name}`;
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replaceAll(/((?:from|import)\s*\(?\s*'\.[^']*)\.ts'/g, "$1.js'"));
    }
}
