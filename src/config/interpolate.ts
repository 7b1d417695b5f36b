import { posix } from 'node:path';
import type { Host } from '../model/domain.ts';
import type { Collector, Problem } from './collector.ts';
import { type MapEntry, type MapNode, mapWith, type Span, type TextNode, type YamlNode } from './node.ts';
import { didYouMean } from './suggest.ts';

/** Names that `${…}` knows besides `vars.X` and `env.X`. */
const NAMES = ['instance', 'label', 'name', 'home', 'user', 'uid', 'host', 'config_dir'] as const;
type Name = (typeof NAMES)[number];

/** What `${…}` can say at some place. */
export interface Scope {
  /**
   * `unknown until used`: known when an instance uses the template, so the text stays as it is. Absent: cannot be used
   * there, which is reported. `config_dir` comes from the file that the text stands in.
   */
  readonly names: Readonly<Partial<Record<Name, string | null>>>;
  /** Null: they cannot be used there. */
  readonly vars: Readonly<Record<string, string>> | null;
  readonly env: Readonly<Record<string, string>>;
  /** What an environment variable that is not set comes to. */
  readonly missingEnv: 'error' | 'empty' | 'unknown until used';
}

/** The scope of what belongs to no instance. */
export function hostScope(host: Host): Scope {
  const { home, user, uid, host: machine, env } = host;
  return {
    names: { home, user, uid: String(uid), host: machine },
    vars: null,
    env,
    missingEnv: 'error',
  };
}

/**
 * The node with `${…}` replaced in its texts; keys stay as they are, and what is put in is not looked at again. Nodes
 * without a dollar are shared, not copied. Problems are reported at the `${…}` itself.
 *
 * @param skip members of the topmost map that stay as they are
 */
export function interpolate<T extends YamlNode>(
  node: T,
  scope: Scope,
  collector: Collector,
  skip: readonly string[] = [],
): T {
  return walk(node, scope, collector, skip) as T;
}

function walk(node: YamlNode, scope: Scope, collector: Collector, skip: readonly string[]): YamlNode {
  switch (node.kind) {
    case 'text':
      return node.text.includes('$') ? interpolateText(node, scope, collector) : node;
    case 'list': {
      const items = node.items.map((item) => walk(item, scope, collector, []));
      return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
    }
    case 'map':
      return walkMap(node, scope, collector, skip);
    default:
      return node;
  }
}

function walkMap(node: MapNode, scope: Scope, collector: Collector, skip: readonly string[]): MapNode {
  let entries: Map<string, MapEntry> | null = null;
  for (const [key, entry] of node.entries) {
    const value = skip.includes(key) ? entry.value : walk(entry.value, scope, collector, []);
    if (value === entry.value) continue;
    entries ??= new Map(node.entries);
    entries.set(key, { ...entry, value });
  }
  return entries === null ? node : mapWith(node, entries);
}

/** Of one text; after them it is garbage. */
const MAX_PROBLEMS = 20;

/** `$$`, or `${` with what stands up to `}`; the brace may be missing. */
const PLACEHOLDER = /\$\$|\$\{([^}]*)(\}?)/g;

function interpolateText(node: TextNode, scope: Scope, collector: Collector): TextNode {
  let opaque: TextNode['opaque'];
  let occurrence = 0;
  let problems = 0;
  const replace = (whole: string, inside: string | undefined, brace: string): string => {
    const index = occurrence++;
    if (inside === undefined) return '$';
    if (problems >= MAX_PROBLEMS) return '';
    const found = brace === '' ? unclosed(whole) : lookUp(inside, scope, node.span);
    if (typeof found === 'string') return found;
    if (found === null) {
      opaque ??= 'interpolated';
      return whole;
    }
    opaque = 'broken';
    problems++;
    collector.report(found, placeholderSpan(node.span, index, whole));
    return '';
  };
  const text = node.text.replaceAll(PLACEHOLDER, replace);
  return opaque === undefined ? { ...node, text } : { ...node, text, opaque };
}

function unclosed(whole: string): Problem {
  const shown = whole.length > 20 ? `${whole.slice(0, 20)}…` : whole;
  return {
    code: 'interpolation/unclosed',
    message: `\`${shown}\` has no closing brace.`,
    hint: 'Write `${name}`, or `$${` for a dollar and a brace as they stand.',
  };
}

/** What a name stands for; null: not known until it is used; or what is wrong. */
function lookUp(inside: string, scope: Scope, span: Span): string | null | Problem {
  const [name = '', fallback] = splitFallback(inside);
  const unknown = (
    hint: { hint?: string },
    message = `Nothing is known by the name \`${name}\`.`,
  ): Problem => ({
    code: 'interpolation/unknown-name',
    message,
    ...hint,
  });
  if (name.startsWith('env.')) {
    const variable = name.slice('env.'.length);
    const value = Object.hasOwn(scope.env, variable) ? scope.env[variable] : undefined;
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value !== undefined) return value;
    if (scope.missingEnv !== 'error') return scope.missingEnv === 'empty' ? '' : null;
    const near = didYouMean(variable, Object.keys(scope.env)).hint;
    const hint = `Set it, or give a fallback: \`\${env.${variable}:-…}\`.`;
    return unknown(
      { hint: near === undefined ? hint : `${near} ${hint}` },
      `The environment variable \`${variable}\` is not set.`,
    );
  }
  if (fallback !== undefined) {
    return unknown(
      {
        hint: `Write \`\${env.${name.replace(/^vars\./, '')}:-${fallback}}\`, or leave \`:-${fallback}\` out.`,
      },
      'Only environment variables have a fallback.',
    );
  }
  if (name.startsWith('vars.')) {
    const variable = name.slice('vars.'.length);
    if (scope.vars === null) {
      return unknown({ hint: 'Write the value out.' }, '`vars` cannot be used here.');
    }
    if (Object.hasOwn(scope.vars, variable)) return scope.vars[variable] ?? '';
    const near = didYouMean(variable, Object.keys(scope.vars));
    return unknown(
      near.hint === undefined ? { hint: `Add it: \`vars: {${variable}: …}\`.` } : near,
      `There is no variable \`${variable}\` under \`vars\`.`,
    );
  }
  if (name === 'config_dir') {
    if (posix.isAbsolute(span.file.path)) return posix.dirname(span.file.path);
    return unknown({ hint: 'Write the folder out.' }, '`config_dir` is not known for standard input.');
  }
  if (Object.hasOwn(scope.names, name)) return scope.names[name as Name] ?? null;
  if ((NAMES as readonly string[]).includes(name)) {
    return unknown({ hint: 'Write the value out.' }, `\`${name}\` is not known at this place.`);
  }
  const vars = Object.keys(scope.vars ?? {});
  if (vars.includes(name)) return unknown({ hint: `Did you mean \`\${vars.${name}}\`?` });
  if (Object.hasOwn(scope.env, name) || /^[A-Z][A-Z0-9_]*$/.test(name)) {
    return unknown({ hint: `Did you mean \`\${env.${name}}\`? (\`$\${${name}}\` leaves it to the shell.)` });
  }
  const near = didYouMean(name, [...NAMES, ...vars.map((variable) => `vars.${variable}`)]);
  return unknown(
    near.hint === undefined ? { hint: `There are ${NAMES.join(', ')}, vars.X and env.X.` } : near,
  );
}

function splitFallback(inside: string): [string, string?] {
  const at = inside.indexOf(':-');
  return at === -1 ? [inside] : [inside.slice(0, at), inside.slice(at + 2)];
}

/** Where the n-th placeholder of a text stands in its source; the whole text when it cannot be told. */
function placeholderSpan(span: Span, index: number, whole: string): Span {
  const source = span.file.text.slice(span.start, span.end);
  let count = 0;
  for (const match of source.matchAll(PLACEHOLDER)) {
    if (count++ < index) continue;
    if (match[0] !== whole) break;
    const start = span.start + match.index;
    return { file: span.file, start, end: start + whole.length };
  }
  return span;
}

/** Text that `${…}` would change, written so that it comes out as it is. */
export function escapeDollars(text: string): string {
  return text.replaceAll(/\$+(?=\{)|\${2,}/g, (dollars) => dollars + dollars);
}
