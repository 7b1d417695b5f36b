import { LAUNCHD_KEYS } from '../config/foreign-words.ts';

/** What a rule advises for a plist → the same in a reconcile file. In this order: the whole phrase before its words. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/KeepAlive \{SuccessfulExit: false\}(?: \(`restart: on-failure`\))?/g, '`restart: on-failure`'],
  [/KeepAlive true/g, '`restart: always`'],
  [/Leave KeepAlive out/g, 'Write `restart: never`'],
  [/leave KeepAlive out/g, 'write `restart: never`'],
  [/RunAtLoad true/g, '`start: {at_load: true}`'],
  [
    /Let the program read it from a file that only you can read, or from the keychain\./g,
    'Name it under `secrets`, with a file that only you can read, or the keychain: the program gets it as a variable.',
  ],
  [/ProcessType Interactive/g, '`process_type: interactive`'],
  [/StartInterval (\d+)/g, '`start: {every: $1s}`'],
];

/** Words that are also plain English are keys only where they are quoted as such. */
const PLAIN_WORDS = new Set(['Label', 'Program', 'Disabled', 'Nice', 'Umask']);

const KEYS = Object.keys(LAUNCHD_KEYS).filter((key) => !PLAIN_WORDS.has(key));
/** What is quoted from the job, or a key by itself: no part of a path or of a longer word. */
const QUOTED_OR_KEY = new RegExp(`"[^"]*"|(?<![\\w/.-])(?:${KEYS.join('|')})(?![\\w/-]|\\.\\w)`, 'g');

/** A rule's sentence for somebody who writes a reconcile file, where no plist is to be seen. */
export function inFieldWords(sentence: string): string {
  const phrased = PHRASES.reduce((told, [phrase, field]) => told.replaceAll(phrase, field), sentence);
  return phrased.replaceAll(QUOTED_OR_KEY, (found) =>
    found.startsWith('"') ? found : `\`${LAUNCHD_KEYS[found]}\``,
  );
}
