import { findKey } from '../../launchd/keys.ts';
import { isSecretName, isSensitive } from '../../launchd/secrets.ts';
import { dict, isArray, isDict, type PlistDict, type PlistValue } from '../../model/plist.ts';

/** A value that was not copied: the file asks the environment for it. */
export interface HiddenSecret {
  /** Of the environment variable that stands in its place. */
  readonly env: string;
  readonly label: string;
  /** In the plist: `EnvironmentVariables`, `API_TOKEN`. */
  readonly path: readonly string[];
}

/** Hands out variables for secrets: one value has one, over all the jobs of a file. */
export interface Vault {
  readonly hidden: HiddenSecret[];
  /** Variable → its secret. Needed to check the file; never to be shown. */
  readonly values: Map<string, string>;
}

export function createVault(): Vault {
  return { hidden: [], values: new Map() };
}

/** Stands for a variable while a plist is turned into fields; no plist of a job holds these characters. */
const OPEN = '\ue0f0';
const CLOSE = '\ue0f1';
const TOKEN = /\ue0f0([A-Z0-9_]+)\ue0f1/g;

export const holdsToken = (text: string): boolean => text.includes(OPEN);

/** The plist with a token in the place of everything that looks secret. */
export function hideSecrets(plist: PlistDict, label: string, vault: Vault): PlistDict {
  const hide = (value: string, name: string, path: readonly string[]): string => {
    const env = nameFor(value, name, label, vault);
    vault.hidden.push({ env, label, path });
    return `${OPEN}${env}${CLOSE}`;
  };
  const walk = (value: PlistValue, path: readonly string[]): PlistValue => {
    if (typeof value === 'string') return hideWithin(value, path, hide);
    if (isArray(value))
      return value.map((item, index) => {
        const before = index > 0 ? value[index - 1] : undefined;
        const option = typeof before === 'string' && /^--[A-Za-z][^=]*$/.test(before) ? before : null;
        const inner = [...path, String(index)];
        return typeof item === 'string' && option !== null && isSensitive([], [option, item])
          ? item.startsWith('-')
            ? hideWithin(item, inner, hide)
            : hide(item, option, inner)
          : walk(item, inner);
      });
    if (!isDict(value)) return value;
    return dict(
      Object.entries(value.entries).map(([key, member]) => {
        const inner = [...path, key];
        // What the manual names is no name of a person's own: SecureSocketWithKey holds no key.
        const isTelling = path.length > 0 && findKey(inner.slice(-2).join('.')) === null;
        return [
          key,
          typeof member === 'string' && isTelling && isSensitive(inner, member)
            ? hideMember(member, key, inner, hide)
            : walk(member, inner),
        ] as const;
      }),
    );
  };
  return dict(
    Object.entries(plist.entries).map(([key, value]) => [key, key === 'Label' ? value : walk(value, [key])]),
  );
}

type Hide = (value: string, name: string, path: readonly string[]) => string;

/** A variable is hidden whole where its name tells, else what looks like a secret within it. */
function hideMember(text: string, name: string, path: readonly string[], hide: Hide): string {
  return isSecretName(name) ? hide(text, name, path) : hideWithin(text, path, hide, name);
}

const PASSWORD_IN_URL = /([a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:)([^/\s@]+)(@)/gi;

/** The words of a text that look secret; the whole of it where that is not enough. */
function hideWithin(text: string, path: readonly string[], hide: Hide, name = 'SECRET'): string {
  if (!isSensitive([], text)) return text;
  const pieces = text.replaceAll(
    PASSWORD_IN_URL,
    (_, before: string, secret: string, after: string) =>
      `${before}${hide(secret, `${name === 'SECRET' ? 'URL' : name}_PASSWORD`, path)}${after}`,
  );
  const hidden = pieces.replaceAll(/[^\s"'`;,]+/g, (word) => hideWord(word, path, hide, name));
  const rest = hidden.replaceAll(TOKEN, '').replaceAll(/[A-Za-z][A-Za-z0-9_-]*=(?=["'\s]|$)/g, '');
  return isSensitive([], rest) ? hide(text, name, path) : hidden;
}

function hideWord(word: string, path: readonly string[], hide: Hide, name: string): string {
  if (holdsToken(word) || !isSensitive([], word)) return word;
  const [, before, variable = name, secret] = /^((?:--)?([A-Za-z][A-Za-z0-9_-]*)=)(.+)$/s.exec(word) ?? [];
  return before === undefined || secret === undefined
    ? hide(word, name, path)
    : `${before}${hide(secret, variable, path)}`;
}

/** `--api-token` → `API_TOKEN`; another secret of that name gets the job's own before it. */
function nameFor(value: string, name: string, label: string, { values }: Vault): string {
  const words = (text: string): string =>
    text
      .replace(/^-+/, '')
      .replaceAll(/[^A-Za-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .toUpperCase();
  const own = words(name) || 'SECRET';
  const job = words(label.split('.').at(-1) ?? label) || 'JOB';
  const plain = /^[A-Z_]/.test(own) ? own : `SECRET_${own}`;
  const candidates = [
    ...(plain === 'SECRET' ? [] : [plain]),
    /^[A-Z]/.test(job) ? `${job}_${plain}` : `JOB_${job}_${plain}`,
  ];
  for (let number = 1; ; number++) {
    for (const candidate of candidates) {
      const env = number === 1 ? candidate : `${candidate}_${number}`;
      const known = values.get(env);
      if (known !== undefined && known !== value) continue;
      values.set(env, value);
      return env;
    }
  }
}

/** The fields with `${env.NAME}` for every token. */
export function nameSecrets(value: PlistValue): PlistValue {
  if (typeof value === 'string') return value.replaceAll(TOKEN, (_, env: string) => `\${env.${env}}`);
  if (isArray(value)) return value.map(nameSecrets);
  if (!isDict(value)) return value;
  return dict(Object.entries(value.entries).map(([key, member]) => [key, nameSecrets(member)]));
}

/** The plist as it was, with the secrets in place of their tokens. */
export function revealSecrets(value: PlistValue, values: ReadonlyMap<string, string>): PlistValue {
  if (typeof value === 'string') return value.replaceAll(TOKEN, (_, env: string) => values.get(env) ?? '');
  if (isArray(value)) return value.map((item) => revealSecrets(item, values));
  if (!isDict(value)) return value;
  return dict(Object.entries(value.entries).map(([key, member]) => [key, revealSecrets(member, values)]));
}
