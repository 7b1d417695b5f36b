/** Names of instances, and the prefix that most of their labels begin with. */
export interface Names {
  /** Null: no two labels share one. */
  readonly prefix: string | null;
  /** By label. */
  readonly names: ReadonlyMap<string, string>;
}

/** Last parts of a label that say nothing by themselves. */
const VAGUE: ReadonlySet<string> = new Set([
  'agent',
  'app',
  'autostart',
  'daemon',
  'helper',
  'job',
  'launcher',
  'login',
  'plist',
  'server',
  'service',
  'start',
  'startup',
  'task',
  'worker',
]);

/**
 * Names from labels, readable and each once. With a prefix, the label of `<prefix>.<name>` need not be written.
 *
 * @param given the prefix of a file that is there already; undefined: the one that fits most labels
 * @param taken names that are taken
 */
export function chooseNames(
  labels: readonly string[],
  taken: ReadonlySet<string> = new Set(),
  given?: string,
): Names {
  const prefix = given ?? commonPrefix(labels);
  const names = new Map<string, string>();
  const used = new Set(taken);
  const use = (label: string, name: string): void => {
    used.add(name);
    names.set(label, name);
  };
  const others: string[] = [];
  for (const label of labels) {
    const name = prefix === null || !label.startsWith(`${prefix}.`) ? '' : label.slice(prefix.length + 1);
    if (isName(name) && !used.has(name)) use(label, name);
    else others.push(label);
  }
  for (const label of others) use(label, nameOf(label, used));
  return { prefix, names };
}

/** What is before a dot of a name stays before a dot of the label. */
const isName = (name: string): boolean => /^[^.\s/][^\s/]*$/.test(name) && !name.endsWith('.');

function nameOf(label: string, used: ReadonlySet<string>): string {
  const parts = label.split('.').filter((part) => part !== '');
  const plain = parts.map(
    (part) => part.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').replaceAll(/^-+|-+$/g, '') || 'job',
  );
  const last = plain.at(-1) ?? 'job';
  const shortest = VAGUE.has(last.toLowerCase()) && plain.length > 1 ? 2 : 1;
  for (let count = shortest; count <= plain.length; count++) {
    const name = plain.slice(-count).join('-');
    if (/\p{L}/u.test(name) && !used.has(name)) return name;
  }
  const base = /\p{L}/u.test(last) ? last : `job-${last}`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!used.has(name)) return name;
  }
}

/** The beginning, up to a dot, that takes the most letters out of the labels. One label alone has one too. */
function commonPrefix(labels: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const label of labels) {
    const parts = label.split('.');
    // `com` alone says nothing; `local.backup` has no more.
    for (let length = Math.min(2, parts.length - 1); length < parts.length; length++) {
      const prefix = parts.slice(0, length).join('.');
      if (length > 0 && isName(prefix)) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  const needed = labels.length === 1 ? 1 : 2;
  let best: string | null = null;
  let most = 0;
  for (const [prefix, count] of counts) {
    const saved = count * prefix.length;
    if (count < needed || saved <= most) continue;
    best = prefix;
    most = saved;
  }
  return best;
}
