import { isArray, isDict, type PlistValue } from '../model/plist.ts';

const SECRET_WORDS = new Set([
  'APIKEY',
  'AUTH',
  'BEARER',
  'COOKIE',
  'CREDENTIAL',
  'CREDENTIALS',
  'CREDS',
  'DSN',
  'JWT',
  'KEY',
  'KEYS',
  'PASS',
  'PASSCODE',
  'PASSPHRASE',
  'PASSWD',
  'PASSWORD',
  'PASSWORDS',
  'PAT',
  'PRIVATE',
  'SALT',
  'SECRET',
  'SECRETS',
  'TOKEN',
  'TOKENS',
  'WEBHOOK',
]);

/** Whole names that hold a secret word and no secret. */
const HARMLESS_NAMES = new Set(['SSH_AUTH_SOCK', 'XAUTHORITY', 'AWS_ACCESS_KEY_ID']);

/** `MAX_TOKENS`, `--num-tokens`: how many words a language model may use. */
const COUNT = /(?:^|[_-])(?:MAX|MIN|NUM|N)(?:[_-][A-Z]+)?[_-]TOKENS$/;

/** Endings that say where a secret lies, or how long it is, not what it is. */
const HARMLESS_ENDING = /[_-](?:FILE|PATH|DIR|SOCK|SOCKET|HOST|PORT|LENGTH|TTL|TIMEOUT|NAME|TYPE|ENABLED)$/;

/** Forms that tokens of well-known services have. */
const TOKEN_FORMS: readonly RegExp[] = [
  /^(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}/,
  /^github_pat_[A-Za-z0-9_]{20,}/,
  /^glpat-[A-Za-z0-9_-]{16,}/,
  /^(?:sk|pk|rk)[-_](?:[a-z0-9]+[-_])*[A-Za-z0-9_-]{16,}/,
  /^xox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$/,
  /^AIza[A-Za-z0-9_-]{30,}/,
  /^npm_[A-Za-z0-9]{30,}/,
  /^eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\./,
];

/** Private keys, tokens of HTTP and URLs with a password, wherever they stand. Bounded: any text must be judged at once. */
const SECRETS_WITHIN: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/,
  /\bBearer [A-Za-z0-9._~+/=-]{12,}/i,
  /[a-z][a-z0-9+.-]{0,40}:\/\/[^/\s:@]*:[^/\s@]+@/i,
];

/**
 * Whether the value at this path of a plist must not be shown: its name says so (`API_TOKEN`), it looks like a token, it
 * is a URL with a password, or it holds such a value (`--token X`, a member of a dictionary).
 */
export function isSensitive(path: readonly string[], value: PlistValue | null): boolean {
  if (value === null) return false;
  const name = path.length > 1 ? path.at(-1) : undefined;
  if (name !== undefined && isText(value) && isSecretName(name)) return true;
  return holdsSecret(value);
}

/** Whether a variable or an option of this name holds a secret, going by its words: `OPENAI_API_KEY`, `--auth-token`. */
export function isSecretName(name: string): boolean {
  const upper = name
    .replace(/^-+/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase();
  if (HARMLESS_NAMES.has(upper) || HARMLESS_ENDING.test(upper) || COUNT.test(upper)) return false;
  return upper
    .split(/[^A-Z0-9]+/)
    .some((word) => SECRET_WORDS.has(word) || /(?:TOKEN|SECRET|PASSWORD|PASSWD|APIKEY)$/.test(word));
}

/** A line of words, such as a command, with what looks secret in it as `***`. */
export function maskWords(line: string): string {
  let before = '';
  return line.replaceAll(/[^\s"'<>]+/g, (word) => {
    const isSecret = isSensitive([], word) || (isOptionForSecret(before) && !word.startsWith('-'));
    before = word;
    return isSecret ? '***' : word;
  });
}

function isText(value: PlistValue): value is string {
  return typeof value === 'string' && value !== '';
}

function holdsSecret(value: PlistValue): boolean {
  if (typeof value === 'string') return looksSecret(value);
  if (isArray(value)) {
    return value.some((item, index) => {
      const before = index > 0 ? value[index - 1] : undefined;
      return holdsSecret(item) || (isText(item) && isOptionForSecret(before) && !item.startsWith('-'));
    });
  }
  if (!isDict(value)) return false;
  return Object.entries(value.entries).some(
    ([key, member]) => (isText(member) && isSecretName(key)) || holdsSecret(member),
  );
}

/** `--token` in `--token abc`; short options say too little. */
function isOptionForSecret(word: PlistValue | undefined): boolean {
  return typeof word === 'string' && /^--[A-Za-z]/.test(word) && !word.includes('=') && isSecretName(word);
}

function looksSecret(text: string): boolean {
  if (SECRETS_WITHIN.some((form) => form.test(text))) return true;
  // `A=B=…`: each name, and what is behind it. Not by recursion, since a text may be as long as it likes.
  let rest = text;
  for (;;) {
    if (TOKEN_FORMS.some((form) => form.test(rest))) return true;
    const end = rest.indexOf('=');
    const name = rest.slice(0, Math.max(0, end));
    if (end === rest.length - 1 || !/^(?:--)?[A-Za-z][A-Za-z0-9_-]*$/.test(name)) break;
    if (isSecretName(name)) return true;
    rest = rest.slice(end + 1);
  }
  return /\s/.test(rest) && rest.split(/\s+/).some((word) => word !== rest && looksSecret(word));
}
