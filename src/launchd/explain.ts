import { LAUNCHCTL_CODES } from './code-table.ts';
import { launchctlCode } from './codes.ts';
import { exitCode } from './exit-codes.ts';
import { isCrashSignal } from './keep-alive.ts';
import { KEY_NOTES } from './key-notes.ts';
import type { KeyStatus, KeyType } from './key-spec.ts';
import { findKey, KEYS, type PlacedKey, suggestKeys } from './keys.ts';
import { nearestNames } from './nearest.ts';
import { parseSignal, SIGNALS, type Signal, signalByNumber } from './signals.ts';

/** What is known of a number, a signal or a key. */
export interface Explanation {
  /** `5`, `SIGTERM`, `KeepAlive.SuccessfulExit`. */
  readonly topic: string;
  readonly kind: 'number' | 'signal' | 'key';
  /** Whole sentences, each with its heading (`launchctl`, `exit code`, `signal`, or empty). */
  readonly parts: readonly ExplainedPart[];
}

export interface ExplainedPart {
  readonly heading: string;
  readonly sentences: readonly string[];
}

/**
 * Explains a launchctl code or a process's exit code (`5`, `78`, `EIO`, `EX_CONFIG`), a signal (`SIGTERM`, `-9`), or a key of
 * launchd.plist(5) (`KeepAlive`, `keepalive.successfulexit`, `SuccessfulExit`). Null when it is none of them.
 */
export function explainTopic(text: string): Explanation | null {
  const topic = text.trim();
  if (/^[0-9]{1,5}$/.test(topic)) return explainNumber(Number(topic));
  if (/^-[0-9]{1,2}$/.test(topic)) return explainSignal(signalByNumber(Number(topic.slice(1))));
  const found = keyByAnyCase(topic);
  if (found !== null) return explainKey(found);
  return explainSignal(parseSignal(topic)) ?? explainName(topic);
}

/** Topics that were probably meant, best first; for a topic that `explainTopic` does not know. */
export function suggestTopics(text: string): readonly string[] {
  const topic = text.trim();
  const keys = suggestKeys(topic);
  if (keys.length > 0) return keys;
  return nearestNames(topic, [
    ...SIGNALS.map((signal) => signal.name),
    ...LAUNCHCTL_CODES.map((row) => row.name),
    ...SYSEXITS.map((exit) => exit.name),
  ]);
}

/** The fifteen of sysexits, 64 to 78. */
const SYSEXITS: readonly { readonly code: number; readonly name: string }[] = Array.from(
  { length: 15 },
  (_, index) => ({ code: 64 + index, name: exitCode(64 + index)?.name ?? '' }),
);

function explainNumber(number: number): Explanation | null {
  const parts: ExplainedPart[] = [];
  const launchctl = launchctlCode(number);
  if (launchctl !== null)
    parts.push({
      heading: 'launchctl',
      sentences: [
        `When launchctl ends with ${number}, it says "${launchctl.text}".`,
        launchctl.meaning,
        launchctl.next,
      ],
    });
  const exit = exitCode(number);
  if (exit !== null)
    parts.push({
      heading: 'exit code',
      sentences: [
        ...(exit.name === null ? [] : [`As the exit code of a job, ${number} is called ${exit.name}.`]),
        exit.meaning,
        exit.next,
      ],
    });
  const signal = signalByNumber(number);
  if (signal !== null) parts.push({ heading: 'signal', sentences: signalSentences(signal) });
  return parts.length === 0 ? null : { topic: `${number}`, kind: 'number', parts };
}

function explainSignal(signal: Signal | null): Explanation | null {
  return signal === null
    ? null
    : { topic: signal.name, kind: 'signal', parts: [{ heading: '', sentences: signalSentences(signal) }] };
}

function signalSentences(signal: Signal): readonly string[] {
  const crash = isCrashSignal(signal.number);
  return [
    `Signal ${signal.number} is ${signal.name} ("${signal.text}") on macOS.`,
    crash
      ? 'launchd counts it as a crash: KeepAlive `Crashed: true` and `SuccessfulExit: false` start the job again.'
      : 'launchd counts it as a failure and not as a crash: KeepAlive `SuccessfulExit: false` starts the job again, `Crashed: true` does not.',
    ...(SIGNAL_NOTES.get(signal.name) ?? []),
  ];
}

const SIGNAL_NOTES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'SIGTERM',
    [
      'launchd sends it to stop a job, and SIGKILL once ExitTimeOut is over.',
      'A program that catches it and exits 0 has ended well; one that dies of it has failed.',
    ],
  ],
  [
    'SIGKILL',
    [
      'No program can catch it: it is what launchd sends when a job did not end in time, and what macOS sends when memory is short.',
    ],
  ],
]);

/** `EIO`, `service-disabled`, `EX_CONFIG`. */
function explainName(name: string): Explanation | null {
  const wanted = name.toLowerCase();
  const row =
    LAUNCHCTL_CODES.find((code) => code.name.toLowerCase() === wanted) ??
    SYSEXITS.find((exit) => exit.name.toLowerCase() === wanted);
  return row === undefined ? null : explainNumber(row.code);
}

function keyByAnyCase(name: string): PlacedKey | null {
  const exact = findKey(name);
  if (exact !== null) return exact;
  const wanted = name.toLowerCase();
  return (
    KEYS.find((key) => key.path.join('.').toLowerCase() === wanted) ??
    KEYS.find((key) => key.path.length > 1 && key.name.toLowerCase() === wanted) ??
    null
  );
}

function explainKey(key: PlacedKey): Explanation {
  const topic = key.path.join('.');
  const sentences = [
    key.summary,
    `It is ${valueWords(key)}.`,
    ...(key.byDefault === null ? [] : [`When it is absent: ${key.byDefault}.`]),
    ...(key.scope === 'both' ? [] : [`It works in ${key.scope === 'agent' ? 'agents' : 'daemons'} only.`]),
    ...statusSentences(key),
    ...(KEY_NOTES.get(topic) ?? []),
    ...memberSentences(key),
    ...(key.since === null ? [] : [`It came with macOS ${key.since} or thereabouts.`]),
    ...(key.print === null ? [] : [`In \`launchctl print\` it is seen as ${key.print}.`]),
  ];
  return { topic, kind: 'key', parts: [{ heading: '', sentences }] };
}

const TYPE_WORDS: Readonly<Record<KeyType, string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  array: 'a list',
  dict: 'a dictionary',
  data: 'data',
};

function valueWords(key: PlacedKey): string {
  const range =
    key.min === undefined
      ? ''
      : key.max === undefined
        ? `, at least ${key.min}`
        : ` from ${key.min} to ${key.max}`;
  const types = key.types.map((type) => `${TYPE_WORDS[type]}${type === 'integer' ? range : ''}`);
  const words = key.oneOf === undefined ? '' : `: one of ${key.oneOf.join(', ')}`;
  return `${types.join(', or ')}${words}`;
}

/** In the order of the table; where the user names the entries (of sockets, of Mach services), each entry has them. */
function memberSentences(key: PlacedKey): readonly string[] {
  if (key.path.length > 1) return [];
  const names = KEYS.filter((other) => other.path.length > 1 && other.path[0] === key.name).map(
    (member) => member.name,
  );
  if (names.length === 0) return [];
  return [
    `${key.values === undefined ? 'Its members are' : 'Each of its entries may have'} ${names.join(', ')}.`,
  ];
}

const STATUS_SENTENCES: Readonly<Record<KeyStatus, readonly string[]>> = {
  ok: [],
  deprecated: ['It is deprecated.'],
  unsupported: ['launchd ignores it today.'],
  discouraged: ['It is best avoided.'],
  legacy: ['It is there for old programs only.'],
  'not-for-file-plists': ['A plist in LaunchAgents or LaunchDaemons cannot use it.'],
  undocumented: [],
};

function statusSentences(key: PlacedKey): readonly string[] {
  return key.documented
    ? STATUS_SENTENCES[key.status]
    : ['It is not in launchd.plist(5); it can be written only under `launchd_unchecked`.'];
}
