import { dict, type PlistValue } from '../model/plist.ts';
import type { Draft, Entry } from './draft.ts';
import { absolutePath } from './paths.ts';
import { laterPlace } from './problems.ts';
import { LAUNCHD_PATH } from './program.ts';

/** `environment` and `path` → EnvironmentVariables. `files` are those of the configuration, in reading order. */
export function compileEnvironment(draft: Draft, files: readonly string[]): readonly Entry[] {
  const { fields, problems } = draft;
  const variables = Object.entries(fields.environment ?? {});
  for (const [name, value] of variables) warnOfTilde(draft, name, value);
  const path = compilePath(draft);
  if (path !== undefined && variables.some(([name]) => name === 'PATH'))
    problems.errorAt(
      'environment/path-twice',
      laterPlace(problems.placeOf('environment.PATH'), problems.placeOf('path'), files),
      '`path` and `environment.PATH` both say what the PATH of this job is.',
      `Keep one: \`path\` puts its folders before launchd's own ${LAUNCHD_PATH}, \`environment.PATH\` is the whole of it.`,
    );
  const all: (readonly [string, PlistValue | undefined])[] = [...variables, ['PATH', path]];
  if (variables.length === 0 && path === undefined) return [];
  const field = variables.length > 0 ? 'environment' : 'path';
  return [{ key: 'EnvironmentVariables', value: dict(path === undefined ? variables : all), field }];
}

function warnOfTilde(draft: Draft, name: string, value: string): void {
  const field = `environment.${name}`;
  if (value === '~' || value.startsWith('~/'))
    draft.problems.warn(
      'environment/tilde',
      field,
      'Nobody expands the `~` in a variable: the program gets it as it stands.',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
      'Write `${home}` in its stead.',
    );
}

function compilePath(draft: Draft): string | undefined {
  const folders = draft.fields.path ?? [];
  const absolute: string[] = [];
  for (const [index, folder] of folders.entries()) {
    const field = `path.${index}`;
    if (folder.includes(':'))
      draft.problems.error(
        'path/colon',
        field,
        `\`${folder}\` has a colon in it, which separates the folders of a PATH.`,
        "Write each folder as an item of its own; launchd's own folders are added by themselves.",
      );
    const path = absolutePath(folder, field, draft.host.home, draft.problems);
    if (path !== null) absolute.push(path);
  }
  if (folders.length === 0) return undefined;
  return [...absolute, LAUNCHD_PATH].join(':');
}
