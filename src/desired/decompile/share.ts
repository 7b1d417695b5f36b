import { writeMap } from '../../config/write-yaml.ts';
import { dict, isArray, isDict, type PlistDict, type PlistValue } from '../../model/plist.ts';

/** The fields of an instance, under its name. */
export interface NamedFields {
  readonly name: string;
  readonly label: string;
  readonly fields: PlistDict;
}

/** The same fields, with what several instances have in common written once. */
export interface Shared {
  readonly defaults: PlistDict | null;
  readonly templates: readonly (readonly [string, PlistDict])[];
  /** In the order given; one that has a template names it first. */
  readonly instances: readonly (readonly [string, PlistDict])[];
}

/** Fewer instances are easier to read written out. */
const LEAST = 3;

/** Characters that a template has to save. */
const WORTH = 80;

/** Comparing every two is slow, and no folder of a person holds so many. */
const MOST = 300;

/** Maps whose members are shared one by one. */
const BY_MEMBER: ReadonlySet<string> = new Set(['environment', 'launchd', 'launchd_unchecked']);

/** A field, or a member of `environment` and the like, as it would stand in a template. */
interface Part {
  readonly path: readonly string[];
  /** As it stands, and with `${instance}` and `${label}` for what differs; null where there is nothing to put in. */
  readonly plain: PlistValue;
  readonly general: PlistValue | null;
  /** Both as text, to compare them quickly. */
  readonly texts: { readonly plain: string; readonly general: string | null };
}

type Parts = ReadonlyMap<string, Part>;

export function nothingShared(instances: readonly NamedFields[]): Shared {
  return {
    defaults: null,
    templates: [],
    instances: instances.map(({ name, fields }) => [name, fields]),
  };
}

/** Finds what all have in common (`defaults`), and what at least three of them do (a template). */
export function share(instances: readonly NamedFields[]): Shared {
  if (instances.length < LEAST || instances.length > MOST) return nothingShared(instances);
  const rest = new Map(instances.map((each) => [each.name, partsOf(each)]));
  const all = [...rest.values()];
  const common = intersect(all).filter(
    ([id]) => !['label', 'command', 'program', 'script'].includes(id.split('\u0000')[0] ?? ''),
  );
  for (const [name, parts] of rest) rest.set(name, without(parts, common));
  const templates: [string, PlistDict][] = [];
  const templateOf = new Map<string, string>();
  for (;;) {
    const free = [...rest].filter(([name]) => !templateOf.has(name));
    const group = bestGroup(free);
    if (group === null) break;
    const name = templateName(group.shared, group.names, new Set(templates.map(([each]) => each)));
    templates.push([name, fieldsOf(group.shared.map(([, part]) => part))]);
    for (const each of group.names) {
      templateOf.set(each, name);
      rest.set(each, without(rest.get(each) ?? new Map(), group.shared));
    }
  }
  return {
    defaults: common.length === 0 ? null : fieldsOf(common.map(([, part]) => part)),
    templates,
    instances: [...rest].map(([name, parts]) => {
      const template = templateOf.get(name);
      const own = fieldsOf([...parts.values()].map(plainly));
      return [
        name,
        template === undefined ? own : dict([['template', template], ...Object.entries(own.entries)]),
      ];
    }),
  };
}

function partsOf({ name, label, fields }: NamedFields): Parts {
  const parts = new Map<string, Part>();
  const add = (path: readonly string[], value: PlistValue): void => {
    const general =
      path[0] === 'script' ? value : generalise(value, name, path[0] === 'label' ? null : label);
    const texts = { plain: JSON.stringify(value), general: JSON.stringify(general) };
    const isSame = texts.plain === texts.general;
    parts.set(path.join('\u0000'), {
      path,
      plain: value,
      general: isSame ? null : general,
      texts: isSame ? { ...texts, general: null } : texts,
    });
  };
  for (const [field, value] of Object.entries(fields.entries)) {
    if (isDict(value) && BY_MEMBER.has(field))
      for (const [key, member] of Object.entries(value.entries)) add([field, key], member);
    else add([field], value);
  }
  return parts;
}

function generalise(value: PlistValue, name: string, label: string | null): PlistValue {
  if (isArray(value)) return value.map((item) => generalise(item, name, label));
  if (isDict(value))
    return dict(Object.entries(value.entries).map(([key, member]) => [key, generalise(member, name, label)]));
  if (typeof value !== 'string') return value;
  let text = value;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
  if (label !== null) text = replaceWord(text, label, '${label}');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
  return name.length < 3 ? text : replaceWord(text, name, '${instance}');
}

function replaceWord(text: string, word: string, by: string): string {
  const literal = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replaceAll(new RegExp(`(?<![\\w{$-])${literal}(?![\\w}-])`, 'g'), () => by);
}

/** Parts that all of these have, alike as they stand or with their names taken out. */
function intersect(all: readonly Parts[]): readonly (readonly [string, Part])[] {
  const [first = new Map(), ...others] = all;
  return [...first].flatMap(([id, part]) => {
    const isLike = (form: 'plain' | 'general'): boolean => {
      const wanted = part.texts[form];
      return wanted !== null && others.every((parts) => parts.get(id)?.texts[form] === wanted);
    };
    if (isLike('plain')) return [[id, plainly(part)] as const];
    return isLike('general') ? [[id, part] as const] : [];
  });
}

const plainly = (part: Part): Part => ({ ...part, general: null, texts: { ...part.texts, general: null } });

interface TemplateGroup {
  readonly names: readonly string[];
  readonly shared: readonly (readonly [string, Part])[];
}

/** The parts of some two instances that at least a third one has too, and that save the most. */
function bestGroup(free: readonly (readonly [string, Parts])[]): TemplateGroup | null {
  let best: { group: TemplateGroup; saved: number } | null = null;
  const seen = new Set<string>();
  for (const [at, [, one]] of free.entries())
    for (const [, other] of free.slice(at + 1)) {
      const seed = intersect([one, other]);
      const key = seed.map(([id, { texts }]) => `${id}=${texts.general ?? texts.plain}`).join('\n');
      if (seed.length < 2 || seen.has(key)) continue;
      seen.add(key);
      const members = free.filter(([, parts]) => intersect([new Map(seed), parts]).length === seed.length);
      const saved = (members.length - 1) * sizeOf(seed) - members.length * 20;
      if (members.length < LEAST || saved < WORTH || saved <= (best?.saved ?? 0)) continue;
      best = { group: { names: members.map(([name]) => name), shared: seed }, saved };
    }
  return best?.group ?? null;
}

const saidBy = ({ plain, general }: Part): PlistValue => general ?? plain;

function sizeOf(parts: readonly (readonly [string, Part])[]): number {
  const lines = writeMap(fieldsOf(parts.map(([, part]) => part)), [], 4, {
    notes: new Map(),
    spread: () => 'any',
  });
  return lines.join('\n').length;
}

function without(parts: Parts, shared: readonly (readonly [string, Part])[]): Parts {
  const ids = new Set(shared.map(([id]) => id));
  return new Map([...parts].filter(([id]) => !ids.has(id)));
}

function fieldsOf(parts: readonly Part[]): PlistDict {
  const fields = new Map<string, PlistValue>();
  for (const part of parts) {
    const [field = '', member] = part.path;
    const there = fields.get(field);
    const value = saidBy(part);
    if (member === undefined) fields.set(field, value);
    else fields.set(field, dict([...(isDict(there) ? Object.entries(there.entries) : []), [member, value]]));
  }
  return dict(fields);
}

/** By the program that its instances run, else by what their names begin with. */
function templateName(
  shared: TemplateGroup['shared'],
  names: readonly string[],
  taken: ReadonlySet<string>,
): string {
  const command = shared.find(([id]) => id === 'command' || id === 'program')?.[1];
  const value = command === undefined ? '' : saidBy(command);
  const first = isArray(value) ? value[0] : value;
  const program = typeof first === 'string' ? (first.split(' ')[0]?.split('/').at(-1) ?? '') : '';
  const [one = ''] = names;
  let length = 0;
  while (length < one.length && names.every((name) => name[length] === one[length])) length++;
  const beginning = one.slice(0, length).replaceAll(/[-_.]+$/g, '');
  const base = [program, beginning].find((each) => /^[A-Za-z][\w-]{2,}$/.test(each)) ?? 'common';
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}
