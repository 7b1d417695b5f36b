import type { Loaded } from '../../src/config/load.ts';
import { loadConfig } from '../../src/config/load.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { Host } from '../../src/model/domain.ts';

export const FILE = '/home/kim/dots/reconcile.yaml';

export const HOST: Host = {
  host: 'studio',
  user: 'kim',
  uid: 501,
  gid: 20,
  home: '/home/kim',
  os: 'macos',
  arch: 'arm64',
  env: { HOME: '/home/kim', EDITOR: 'vi', EMPTY: '' },
};

/** One file. */
export function parse(text: string, host: Partial<Host> = {}): Loaded {
  return parseConfig(text, FILE, { ...HOST, ...host });
}

/** Several files by path; a glob with one star matches names in its folder. */
export function load(roots: readonly string[], files: Readonly<Record<string, string>>): Loaded {
  return loadConfig(
    roots,
    {
      read: (path) => {
        const text = files[path];
        return text === undefined
          ? { ok: false, reason: 'missing', message: `There is no file \`${path}\`.` }
          : { ok: true, text, realPath: path };
      },
      glob: (pattern, folder) => {
        const [before = '', after = ''] = `${folder}/${pattern}`.split('*');
        // Not sorted, and the other way round than the files were written.
        return Object.keys(files)
          .filter((path) => path.startsWith(before) && path.endsWith(after))
          .reverse();
      },
    },
    HOST,
  );
}

/** `line:column code` of each diagnostic. */
export function codes({ diagnostics }: Loaded): string[] {
  return diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

/** The fields of the only instance of a file without errors. */
export function only(loaded: Loaded): NonNullable<Loaded['config']>['instances'][number] {
  const instance = loaded.config?.instances[0];
  if (instance === undefined) throw new Error(JSON.stringify(loaded.diagnostics));
  return instance;
}
