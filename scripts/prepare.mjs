// npm runs this after `npm ci` in a clone, and wherever it installs the package from git (as pre-commit does for its hooks).
// When that is a global install, npm prepares the clone as if it were one too, without the packages that the build needs:
// they are installed here.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (process.env.npm_config_global === 'true' && !existsSync('node_modules/esbuild')) {
  const asHere = ['--global=false', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_config_(global|global_prefix|prefix)$/i.test(name),
  );
  const { status } = spawnSync('npm', ['ci', ...asHere], { stdio: 'inherit', env: Object.fromEntries(own) });
  if (status !== 0) process.exit(status ?? 1);
}
await import('./build.mjs');
