import { pathOf, type Writing } from '../../config/write-yaml.ts';
import { isDict, type PlistDict, type PlistValue } from '../../model/plist.ts';
import type { PlistComments } from './comments.ts';
import type { Decompiled } from './decompile.ts';
import type { Vault } from './secrets.ts';

/** What there is to tell of an instance beside its fields. */
export interface Noted {
  readonly name: string;
  readonly label: string;
  readonly job: Decompiled;
  readonly comments: PlistComments;
}

/** How a file of these instances is laid out, and where the comments stand. */
export function layOut(file: PlistDict, jobs: readonly Noted[], vault: Vault): Writing {
  return { notes: notesOf(file, jobs, vault), spread: (path) => spreadOf(file, path) };
}

/** Sections and instances stand apart; an instance that is a template and a word or two stands on one line. */
function spreadOf(file: PlistDict, path: readonly string[]): 'apart' | 'block' | 'any' {
  const [section, , field] = path;
  if (path.length === 0 || (path.length === 1 && (section === 'instances' || section === 'templates')))
    return 'apart';
  if (path.length === 1) return 'block';
  const value = at(file, path);
  const members = isDict(value) ? Object.keys(value.entries) : [];
  const isField = section === 'defaults' ? path.length === 2 : path.length === 3;
  const name = section === 'defaults' ? path[1] : field;
  if (isField) {
    if (name === 'environment') return 'block';
    return name?.startsWith('launchd') && members.length > 1 ? 'block' : 'any';
  }
  if (section !== 'defaults' && path.length === 2)
    return members[0] === 'template' && members.length <= 3 ? 'any' : 'block';
  return 'any';
}

function at(value: PlistValue, path: readonly string[]): PlistValue | undefined {
  let found: PlistValue | undefined = value;
  for (const step of path) found = isDict(found) ? found.entries[step] : undefined;
  return found;
}

/** The comments of the plists, and what a reader has to know of a field, each as near to it as can be. */
function notesOf(
  file: PlistDict,
  jobs: readonly Noted[],
  vault: Vault,
): ReadonlyMap<string, readonly string[]> {
  const notes = new Map<string, string[]>();
  const add = (path: readonly string[], lines: readonly string[]): void => {
    const key = pathOf(path);
    const known = notes.get(key) ?? [];
    notes.set(key, [...known, ...lines]);
  };
  for (const { name, label, job, comments } of jobs) {
    const place = ['instances', name];
    const near = (field: string | undefined, member?: string): readonly string[] => {
      const steps = field === undefined ? [] : [...split(field), ...(member === undefined ? [] : [member])];
      for (let length = steps.length; length > 0; length--) {
        const path = [...place, ...steps.slice(0, length)];
        if (at(file, path) !== undefined) return path;
      }
      return place;
    };
    add(place, comments.above);
    for (const [key, lines] of comments.at) add(near(key === 'Label' ? 'label' : job.says[key]), lines);
    for (const [key, message] of Object.entries(job.objections)) add(near(job.says[key]), [message]);
    for (const secret of vault.hidden.filter((each) => each.label === label)) {
      const [key = '', member] = secret.path;
      const isVariable = key === 'EnvironmentVariables' && job.says[key] === 'environment';
      add(near(job.says[key], isVariable ? member : undefined), [
        `It looks secret, so it was not copied: ${secret.env} has to be set where reconcile runs.`,
      ]);
    }
  }
  for (const [key, lines] of notes) if (lines.length === 0) notes.delete(key);
  return notes;
}

/** `launchd.Sockets` is a member; names with dots in them stay whole. */
function split(field: string): readonly string[] {
  const dot = field.indexOf('.');
  return dot === -1 ? [field] : [field.slice(0, dot), field.slice(dot + 1)];
}
