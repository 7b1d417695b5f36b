import type * as z from 'zod/mini';
import type { Problem } from './collector.ts';
import { expected } from './expected.ts';
import { FOREIGN_FIELDS, FOREIGN_POLICIES, FOREIGN_ROOT_WORDS, LAUNCHD_KEYS } from './foreign-words.ts';
import { RUN_FIELDS } from './layers.ts';
import { isBareTilde, type Span, type YamlNode } from './node.ts';
import { about } from './schema-parts.ts';
import { shorten } from './shorten.ts';
import { didYouMean, suggest } from './suggest.ts';

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** A key that its map does not have: what was meant, or where it belongs. */
export function unknownKey(key: string, value: YamlNode, path: string, shape: Shape): Problem {
  const isRoot = Object.hasOwn(shape, 'instances');
  const isLayer = Object.hasOwn(shape, 'launchd');
  const holder = path !== '' ? `\`${path}\`` : isRoot ? 'The file' : 'An instance';
  const problem = { code: 'field/unknown', message: `${holder} has no field \`${key}\`.` };
  const foreign: Readonly<Record<string, string>> = isRoot
    ? FOREIGN_ROOT_WORDS
    : isLayer
      ? FOREIGN_FIELDS
      : {};
  if (Object.hasOwn(foreign, key)) return { ...problem, hint: `Did you mean \`${foreign[key]}\`?` };
  if (isLayer && /^[A-Z]/.test(key)) {
    const field = Object.hasOwn(LAUNCHD_KEYS, key) ? LAUNCHD_KEYS[key] : undefined;
    return {
      ...problem,
      message: `\`${key}\` is a key of launchd, not a field of an instance.`,
      hint:
        field === undefined
          ? `Put it under \`launchd:\`, as \`launchd: {${key}: …}\`.`
          : key === 'Label'
            ? 'Write `label:`.'
            : `Write \`${field}:\`, or put it under \`launchd:\`.`,
    };
  }
  if (
    isRoot &&
    value.kind === 'map' &&
    ['command', 'program', 'script'].some((word) => value.entries.has(word))
  ) {
    return { ...problem, hint: `An instance stands under \`instances:\`; indent \`${key}\` below it.` };
  }
  const all = Object.keys(shape);
  const near = suggest(key, [...all, ...Object.keys(foreign)]);
  if (near !== null) {
    const meant = Object.hasOwn(foreign, near) ? foreign[near] : near;
    return { ...problem, hint: `Did you mean \`${meant}\`?` };
  }
  return all.length > 12
    ? { ...problem, hint: '`reconcile schema` prints all fields that there are.' }
    : { ...problem, hint: `It takes ${all.map((name) => `\`${name}\``).join(', ')}.` };
}

/** The field of an instance that an unknown word of it stands for, as far as one can tell. */
export function meantBy(key: string): string | null {
  const fields = { ...FOREIGN_FIELDS, ...LAUNCHD_KEYS };
  if (Object.hasOwn(fields, key)) return fields[key] ?? null;
  const near = suggest(key, [...RUN_FIELDS, ...Object.keys(FOREIGN_FIELDS)]);
  return near === null ? null : (fields[near] ?? near);
}

/** A value of another kind than the schema takes. */
export function mismatch(schema: z.core.$ZodType, node: YamlNode, path: string): Problem {
  const must = `\`${path}\` must be ${expected(schema)}`;
  const inner = unwrap(schema);
  const { def } = inner._zod;
  if (node.kind === 'null') {
    return {
      code: 'field/type',
      message: `${must}, and there is nothing here.`,
      hint: isBareTilde(node)
        ? 'YAML reads a bare `~` as nothing; write "${home}" for your home folder.'
        : 'Write a value, or remove it.',
    };
  }
  if (path.endsWith('umask') && (node.kind === 'integer' || node.kind === 'real')) {
    const digits = /^(?:0o?)?([0-7]{1,3})$/.exec(node.written)?.[1];
    return {
      code: 'umask/number',
      message: `YAML reads \`${node.written}\` as the number ${node.value}, not as octal digits.`,
      hint:
        digits === undefined
          ? 'Write it in quotes: "022".'
          : `Write it in quotes: "${digits.padStart(3, '0')}".`,
    };
  }
  if (def.type === 'boolean' && node.kind === 'text' && node.opaque === undefined) {
    const meant = /^(?:yes|on|y|true)$/i.test(node.text)
      ? 'true'
      : /^(?:no|off|n|false)$/i.test(node.text)
        ? 'false'
        : null;
    if (meant !== null) {
      const isQuoted = /^(?:true|false)$/.test(node.text);
      return {
        code: 'field/type',
        message: `${must}; ${isQuoted ? 'in quotes it is text' : `YAML 1.2 reads \`${node.text}\` as text`}.`,
        hint: `Write ${meant}.`,
      };
    }
  }
  if (about.get(inner)?.asWritten !== undefined && node.kind === 'boolean') {
    return {
      code: 'environment/boolean',
      message: `\`${path}\` is \`${node.written}\`, a boolean, and it cannot be told which text is meant.`,
      hint: `Write "${node.written}" in quotes, or "1" or "0".`,
    };
  }
  if (
    node.kind === 'text' &&
    /\$\{/.test(sourceOf(node.span)) &&
    (def.type === 'boolean' || def.type === 'number')
  ) {
    return {
      code: 'field/type',
      message: `${must}, and what \`\${…}\` gives is always text.`,
      hint: 'Write the value out.',
    };
  }
  // Whoever takes it for the place of the value itself does not want it shown.
  if (path.startsWith('secrets.') && ('text' in node || 'written' in node))
    return {
      code: 'field/type',
      message: `${must}; what stands here is not shown.`,
      hint: 'If it is the value itself: put it into a file for you alone, and name that file here.',
    };
  const problem = { code: 'field/type', message: `${must}; this is ${describe(node)}.` };
  if (def.type === 'array' && 'text' in node)
    return { ...problem, hint: `Write it as a list: [${node.text}].` };
  if (def.type === 'number' && node.kind === 'text' && /^-?\d+$/.test(node.text)) {
    return { ...problem, hint: `Write ${node.text} without quotes.` };
  }
  if (def.type === 'string' && 'written' in node) {
    return { ...problem, hint: `Write it in quotes: "${node.written}".` };
  }
  if (def.type === 'enum' && 'written' in node)
    return { ...problem, ...policyHint(def.entries, node.written) };
  return problem;
}

/** A value of the right kind that the schema does not allow. */
export function unfitting(schema: z.core.$ZodType, node: YamlNode, path: string): Problem {
  const shown = shorten('text' in node ? node.text : 'written' in node ? node.written : '');
  const message = `\`${path}\` must be ${expected(schema)}; this is \`${shown}\`.`;
  const { def } = unwrap(schema)._zod;
  if (def.type !== 'enum') return { code: 'field/value', message };
  return { code: 'field/value', message, ...policyHint(def.entries, shown) };
}

function policyHint(entries: Readonly<Record<string, unknown>>, shown: string): { hint?: string } {
  const choices = Object.values(entries).map(String);
  const foreign = choices.includes('on-failure') ? FOREIGN_POLICIES : {};
  const word = shown.toLowerCase().replace(/:\d+$/, '');
  if (Object.hasOwn(foreign, word)) return { hint: `Did you mean \`${foreign[word]}\`?` };
  return choices.includes(word) ? { hint: `Did you mean \`${word}\`?` } : didYouMean(shown, choices);
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodTypes {
  const typed = schema as z.core.$ZodTypes;
  return typed._zod.def.type === 'optional' ? unwrap(typed._zod.def.innerType) : typed;
}

function describe(node: YamlNode): string {
  switch (node.kind) {
    case 'text':
      return node.text.length > 40 || /\n/.test(node.text) ? 'a text' : `the text \`${node.text}\``;
    case 'integer':
    case 'real':
      return `the number ${shorten(node.written)}`;
    case 'boolean':
      return `the boolean ${node.written}`;
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
    case 'data':
      return 'binary data';
    case 'null':
      return 'nothing';
  }
}

function sourceOf(span: Span): string {
  return span.file.text.slice(span.start, span.end);
}
