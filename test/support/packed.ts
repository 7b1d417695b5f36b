import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, execute } from './private-home.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Locked {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly devOptional?: boolean; readonly optional?: boolean }>
  >;
}

/** npm without the network, and without the settings and the cache of whoever runs the tests. */
export function npm(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return execute('npm', args, { ...npmEnvironment(folder), ...env }, folder);
}

export function npmEnvironment(folder: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_userconfig: join(folder, 'npmrc'),
    npm_config_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
}

/**
 * The package as `npm publish` would send it (the build is not repeated), with its dependencies inside, so that npm can install
 * it without asking anybody. Gives the path of the tarball.
 */
export async function packPackage(folder: string): Promise<string> {
  const unpacked = join(folder, 'package');
  mkdirSync(folder, { recursive: true });
  await done(
    'npm pack',
    execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], npmEnvironment(folder), ROOT),
  );
  const published = tarballIn(folder);
  await done('tar', execute('tar', ['-xzf', published, '-C', folder], { PATH: process.env['PATH'] }, folder));
  const lock: Locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  for (const [path, { dev, devOptional, optional }] of Object.entries(lock.packages))
    if (path !== '' && dev !== true && devOptional !== true && optional !== true)
      cpSync(join(ROOT, path), join(unpacked, path), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
  writeFileSync(
    join(unpacked, 'package.json'),
    JSON.stringify({ ...manifest, bundleDependencies: Object.keys(manifest.dependencies) }),
  );
  const bundled = join(folder, 'bundled');
  mkdirSync(bundled);
  await done(
    'npm pack',
    execute(
      'npm',
      ['pack', '--ignore-scripts', '--pack-destination', bundled],
      npmEnvironment(folder),
      unpacked,
    ),
  );
  return tarballIn(bundled);
}

function tarballIn(folder: string): string {
  const [name, ...more] = readdirSync(folder).filter((each) => each.endsWith('.tgz'));
  if (name === undefined || more.length > 0) throw new Error(`There is not one tarball in ${folder}.`);
  return join(folder, name);
}

/** The same, or an error with everything that the program said. */
export async function done(what: string, run: Promise<Ended>): Promise<Ended> {
  const ended = await run;
  if (ended.code !== 0) throw new Error(`${what}: exit ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  return ended;
}
