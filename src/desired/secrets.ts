import { isShellsOwn, type ReadsAtStart, type StartSecret, wrap } from '../launchd/wrapper.ts';
import { isDict, type PlistDict } from '../model/plist.ts';
import type { Draft } from './draft.ts';
import { absolutePath } from './paths.ts';

/**
 * `env_file` and `secrets`: the finished plist with its command in the wrapper that reads them at the start. As it is, when
 * there are none.
 */
export function compileSecrets(draft: Draft, plist: PlistDict): PlistDict {
  const reads = readsOf(draft, plist);
  if (reads === null) return plist;
  const field = draft.fields.secrets === undefined ? 'env_file' : 'secrets';
  if (plist.entries['EnableGlobbing'] === true) {
    draft.problems.error(
      'secrets/globbing',
      field,
      'With EnableGlobbing, launchd expands the words of the command, and would change what reads the values.',
      'Leave EnableGlobbing out, and let a `script` do the expanding.',
    );
    return plist;
  }
  const wrapped = plist.entries['BundleProgram'] === undefined ? wrap(plist, draft.label, reads) : null;
  if (wrapped === null) {
    // That nothing is run at all is said elsewhere.
    if (plist.entries['BundleProgram'] !== undefined)
      draft.problems.error(
        'secrets/bundle-program',
        field,
        'A program within a bundle (BundleProgram) is found by launchd alone, so nothing can be read before it starts.',
        'Name it with `command` or `program`.',
      );
    return plist;
  }
  warnOfLostName(draft, plist);
  return wrapped;
}

/** `restart_on`, and the files that are read at the start. */
export function triggersOf(draft: Draft): readonly string[] {
  const { restart_on = [], env_file = [], secrets = {} } = draft.fields;
  const envFiles = typeof env_file === 'string' ? [env_file] : env_file;
  const files = [
    ...restart_on.map((path, index) => pathAt(draft, path, `restart_on.${index}`)),
    ...envFiles.map((path, index) => pathAt(draft, path, envField(draft, index), 'quietly')),
    ...Object.entries(secrets).map(([name, { file }]) =>
      file === undefined ? null : pathAt(draft, file, `secrets.${name}.file`, 'quietly'),
    ),
  ];
  return [...new Set(files.filter((path) => path !== null))].sort();
}

function readsOf(draft: Draft, plist: PlistDict): ReadsAtStart | null {
  const { env_file = [], secrets = {} } = draft.fields;
  const envFiles = (typeof env_file === 'string' ? [env_file] : env_file)
    .map((path, index) => pathAt(draft, path, envField(draft, index)))
    .filter((path) => path !== null);
  const environment = plist.entries['EnvironmentVariables'];
  const set = isDict(environment) ? Object.keys(environment.entries) : [];
  const all: StartSecret[] = [];
  for (const [name, { file, keychain }] of Object.entries(secrets)) {
    if (isShellsOwn(name))
      draft.problems.error(
        'secrets/name',
        `secrets.${name}`,
        `${name} is a variable that the shell which reads the secret keeps for itself.`,
        'Give it another name.',
      );
    if (set.includes(name))
      draft.problems.error(
        'secrets/twice',
        `secrets.${name}`,
        `\`environment\` and \`secrets\` both say what ${name} is.`,
        'Keep the secret; what stands in `environment` is in the plist, for everybody to read.',
      );
    if ((file === undefined) === (keychain === undefined))
      draft.problems.error(
        'secrets/source',
        `secrets.${name}`,
        `The secret ${name} comes from one place: \`file\` or \`keychain\`.`,
        'Write `{file: ~/.config/example/token}` or `{keychain: {service: example}}`.',
      );
    if (keychain !== undefined) all.push({ name, keychain: { account: null, ...keychain } });
    const path = file === undefined ? null : pathAt(draft, file, `secrets.${name}.file`);
    if (path !== null) all.push({ name, file: path });
  }
  const kept = all.find((secret) => 'keychain' in secret);
  if (draft.host.os !== 'macos' && kept !== undefined)
    draft.problems.warn(
      'secrets/no-keychain',
      `secrets.${kept.name}`,
      'Keychains are on a Mac only: here the job ends with 78 at its start, unless its PATH has a program `security`.',
      'Give the secret a `file` on this machine, by way of `when:` or an included file.',
    );
  if (envFiles.length === 0 && all.length === 0) return null;
  for (const name of set.filter(isShellsOwn))
    draft.problems.warn(
      'secrets/lost-variable',
      `environment.${name}`,
      `${name} does not reach the program: the shell that reads env_file and secrets before it keeps that variable for itself.`,
      'Give it another name.',
    );
  // Names that an env_file could never set need not be kept.
  const keeps = envFiles.length === 0 ? [] : set.filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return { envFiles, secrets: all, keeps: keeps.sort() };
}

function envField({ fields }: Draft, index: number): string {
  return typeof fields.env_file === 'string' ? 'env_file' : `env_file.${index}`;
}

/** @param quietly where what is wrong with it is told already */
function pathAt(draft: Draft, path: string, field: string, quietly?: 'quietly'): string | null {
  const { host, problems } = draft;
  return absolutePath(
    path,
    field,
    host.home,
    quietly === undefined ? problems : { ...problems, error: () => {} },
  );
}

function warnOfLostName(draft: Draft, { entries }: PlistDict): void {
  const { Program: program, ProgramArguments: words } = entries;
  const name = Array.isArray(words) ? words[0] : undefined;
  if (program === undefined || name === undefined || name === program) return;
  draft.problems.info(
    'secrets/argv0',
    'program',
    'Since values are read before it starts, the program gets its own path as its first word (argv[0]).',
    'Leave `program` out and write its path as the first word of `command`, if that is all the same to it.',
  );
}
