// Turns a recorded run of the contract suite into fixtures, and tells what it answers: docs/design/contract.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'contract-fixtures-'));
try {
  const program = join(folder, 'main.cjs');
  await build({
    entryPoints: [join(root, 'test/contract/record/main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: program,
    logLevel: 'warning',
  });
  const { main } = createRequire(import.meta.url)(program);
  // npm runs scripts in the root; INIT_CWD is where the person is.
  const { out, error, code } = main(process.argv.slice(2), root, process.env.INIT_CWD ?? process.cwd());
  if (out !== '') console.log(out);
  if (error !== '') console.error(error);
  process.exitCode = code;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
