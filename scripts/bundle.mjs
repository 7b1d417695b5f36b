// TypeScript of this repository for scripts: bundled into a temporary folder, since the oldest Node that we run on takes none.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles each entry, `{ name: path from the root }`, to `name.mjs` in a new folder, and tells the folder; whoever asked
 * removes it. `import.meta.dirname` stays that of `folder`.
 */
export async function bundle(entryPoints, folder) {
  const outdir = mkdtempSync(join(tmpdir(), 'reconcile-code-'));
  await build({
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
    absWorkingDir: root,
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    define: { 'import.meta.dirname': JSON.stringify(join(root, folder)) },
    banner: {
      js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
    },
  });
  return outdir;
}
