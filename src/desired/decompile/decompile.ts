import { posix } from 'node:path';
import { escapeDollars } from '../../config/interpolate.ts';
import { writeMap } from '../../config/write-yaml.ts';
import { checkLabel } from '../../launchd/domains.ts';
import { checkPlist } from '../../launchd/keys.ts';
import { normalise } from '../../launchd/normalise.ts';
import { unwrap } from '../../launchd/wrapper.ts';
import type { Host, Placement, Places } from '../../model/domain.ts';
import { dict, isArray, isDict, type PlistDict, type PlistValue } from '../../model/plist.ts';
import { findUnwritable } from '../../plist/unwritable.ts';
import { type Check, checkDeclaration } from './check.ts';
import { environmentGroup } from './environment.ts';
import type { Form, Group, Subject } from './form.ts';
import { rawForms } from './raw.ts';
import { readsForm } from './reads.ts';
import { runGroup } from './run.ts';
import { nameSecrets, revealSecrets } from './secrets.ts';
import { settingGroups } from './settings.ts';
import { startGroup } from './start.ts';
import { streamGroup } from './streams.ts';

/** An installed job as the file would say it. */
export interface Decompiled {
  readonly label: string;
  readonly placement: Placement;
  /** The fields of the instance as they stand in YAML, in the order they are written in; `label` is not among them. */
  readonly fields: PlistDict;
  /** Where each key of the plist went: `RunAtLoad` → `start`, `Nice` → `nice`, `Sockets` → `launchd.Sockets`. */
  readonly says: Readonly<Record<string, string>>;
  /** Why a key stands under `launchd_unchecked:`, in a sentence. */
  readonly objections: Readonly<Record<string, string>>;
  /** What it was read from; the fields come to the same. */
  readonly plist: PlistDict;
}

/** Why a plist cannot be declared. */
export interface Refusal {
  /** `import/…`, or the code of the problem that stands in the way. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  readonly hint: string;
}

export type Decompilation =
  | { readonly ok: true; readonly job: Decompiled }
  | { readonly ok: false; readonly label: string | null; readonly refusal: Refusal };

/** No plist of this holds a token for a secret. */
const NO_SECRETS: ReadonlyMap<string, string> = new Map();

/**
 * A plist → the fields of an instance that compile to the same plist, by meaning. That they do is not hoped for: the fields are
 * written, read and compiled as any file is, and a key that does not come back the same is said another way, verbatim under
 * `launchd:` at last. What cannot be said even so is refused, with the reason.
 *
 * @param path where it lies, which tells its domain
 * @param secrets what the tokens in the plist stand for (`hideSecrets`)
 */
export function decompile(
  plist: PlistDict,
  path: string,
  host: Host,
  places: Places,
  secrets: ReadonlyMap<string, string> = NO_SECRETS,
): Decompilation {
  const label = plist.entries['Label'];
  const refuse = (code: string, message: string, hint: string): Decompilation => ({
    ok: false,
    label: typeof label === 'string' ? label : null,
    refusal: { code, message, hint },
  });
  if (typeof label !== 'string')
    return refuse('import/no-label', 'It has no Label, so launchd refuses it.', 'Give it a Label.');
  const problem = checkLabel(label);
  if (problem !== null)
    return refuse(
      /^com\.apple(\.|$)/i.test(label) ? 'label/apple' : 'label/invalid',
      `Its label ${JSON.stringify(label)} cannot be declared: ${problem}.`,
      'Leave it as it is, or give the job another label first.',
    );
  if (!['Program', 'ProgramArguments', 'BundleProgram'].some((key) => plist.entries[key] !== undefined))
    return refuse(
      'import/nothing-to-run',
      'It does not say what to run, so launchd refuses it.',
      'Give it ProgramArguments or Program.',
    );
  const unsayable = findUnsayable(plist);
  if (unsayable !== null)
    return refuse('import/unsayable', unsayable, 'Take that value out of the plist first.');
  const comesTo: Compare = (fields, wanted) =>
    checkDeclaration(
      oneInstance(nameSecrets(fields) as PlistDict, label),
      [{ label, plist: revealSecrets(wanted, secrets) as PlistDict }],
      { ...host, env: Object.fromEntries(secrets) },
      places,
    );
  const placement = placementOf(plist, path, places);
  const found =
    findWrapped(plist, label, placement, host.home, comesTo) ??
    findForms(plist, label, placement, host.home, comesTo);
  if (found.ok) return { ok: true, job: { ...found.job, plist } };
  const [error] = found.check.ok ? [] : found.check.errors;
  if (error !== undefined) return refuse(error.code, error.message, error.hint ?? 'Mend the plist first.');
  return refuse('import/not-the-same', 'No declaration comes to exactly this plist.', 'Write it by hand.');
}

/** Dates have no YAML form, and what a plist cannot hold is no use either. */
function findUnsayable(plist: PlistDict): string | null {
  const unwritable = findUnwritable(plist);
  if (unwritable !== null) return `The value of ${unwritable.path.join('.')} ${unwritable.message}`;
  const date = findDate(plist, []);
  return date === null ? null : `${date.join('.')} is a date, which a reconcile file cannot say.`;
}

function findDate(value: PlistValue, path: readonly string[]): readonly string[] | null {
  if (typeof value !== 'object') return null;
  const members: readonly (readonly [string, PlistValue])[] = isArray(value)
    ? value.map((item, index) => [String(index), item] as const)
    : isDict(value)
      ? Object.entries(value.entries)
      : [];
  if (!isArray(value) && value.kind === 'date') return path;
  for (const [name, member] of members) {
    const found = findDate(member, [...path, name]);
    if (found !== null) return found;
  }
  return null;
}

/** Without what says no more than its absence does (`RunAtLoad` false): nobody would declare it. */
function dropDefaults(plist: PlistDict): PlistDict {
  const { entries } = normalise(plist);
  return dict(
    Object.entries(plist.entries).filter(
      ([key, value]) =>
        entries[key] !== undefined || typeof value === 'string' || (typeof value === 'number' && value !== 0),
    ),
  );
}

/** By the folder it lies in; elsewhere by what only daemons have. */
export function placementOf({ entries }: PlistDict, path: string, places: Places): Placement {
  const folder = posix.dirname(path);
  if (folder === places.daemons || posix.basename(folder) === 'LaunchDaemons') return 'system';
  if (folder === places.globalAgents || folder === '/Library/LaunchAgents') return 'all-users';
  const sessions = entries['LimitLoadToSessionType'];
  const isBackground =
    sessions === 'Background' || (isArray(sessions) && sessions.length === 1 && sessions[0] === 'Background');
  if (isBackground) return 'user';
  const isAgent = folder === places.userAgents || posix.basename(folder) === 'LaunchAgents';
  return !isAgent && typeof entries['UserName'] === 'string' ? 'system' : 'gui';
}

/** In the order the fields are written in. */
function groupsOf(subject: Subject): readonly Group[] {
  const known = [
    runGroup(subject),
    streamGroup(subject),
    environmentGroup(subject),
    startGroup(subject),
    ...settingGroups(subject),
  ];
  const said = new Set(['Label', ...known.flatMap(({ keys }) => keys)]);
  const others = Object.keys(subject.entries).filter((key) => !said.has(key));
  return [...known, ...others.map((key) => ({ keys: [key], forms: rawForms([key], subject) }))].filter(
    ({ keys }) => keys.some((key) => subject.entries[key] !== undefined) || keys.includes('RunAtLoad'),
  );
}

type Found =
  | { readonly ok: true; readonly job: Omit<Decompiled, 'plist'> }
  | { readonly ok: false; readonly check: Check };

/** Whether fields come to a plist. */
type Compare = (fields: PlistDict, wanted: PlistDict) => Check;

function findForms(
  original: PlistDict,
  label: string,
  placement: Placement,
  home: string,
  comesTo: Compare,
): Found {
  const { entries } = dropDefaults(original);
  const objections: Record<string, string> = Object.create(null);
  for (const { severity, path, message } of checkPlist(original, placement === 'system' ? 'daemon' : 'agent'))
    if (severity === 'error' && path[0] !== undefined && path[0] !== 'Label') objections[path[0]] ??= message;
  const objected = new Set(Object.keys(objections));
  const groups = groupsOf({ entries, label, home, placement, objected });
  const check = (forms: readonly Form[], plist: PlistDict): Check =>
    comesTo(fieldsOf(forms, placement), plist);
  const done = (forms: readonly Form[]): Found => ({
    ok: true,
    job: {
      label,
      placement,
      fields: fieldsOf(forms, placement),
      objections: Object.fromEntries(
        Object.entries(objections).filter(([key]) => entries[key] !== undefined),
      ),
      says: Object.assign(Object.create(null), ...forms.map(({ says }) => says)),
    },
  });

  const first = groups.flatMap(({ forms }) => forms.slice(0, 1));
  if (check(first, original).ok) return done(first);
  // Where the domain says the session type, every job has it.
  const always = dict([
    ['Label', label],
    ['LimitLoadToSessionType', placement === 'user' ? entries['LimitLoadToSessionType'] : undefined],
  ]);
  const chosen = groups.map((group) => chooseForm(group, entries, always, check));
  if (check(chosen, original).ok) return done(chosen);
  const verbatim = groups.flatMap(({ forms }) => forms.slice(-1));
  const last = check(verbatim, original);
  return last.ok ? done(verbatim) : { ok: false, check: check(chosen, original) };
}

/**
 * A job in our wrapper is said as what it is without it, and what it reads at its start. Null: it is in none, or not as we
 * would write it; then the wrapper is a command as any other.
 */
function findWrapped(
  original: PlistDict,
  label: string,
  placement: Placement,
  home: string,
  comesTo: Compare,
): Found | null {
  const { plist: inner, reads } = unwrap(original);
  if (reads === null) return null;
  const form = readsForm(reads, home);
  const add = (fields: PlistDict): PlistDict => inOrder([...Object.entries(fields.entries), ...form.fields]);
  const found = findForms(inner, label, placement, home, (fields, wanted) =>
    wanted === inner ? comesTo(add(fields), original) : comesTo(fields, wanted),
  );
  return found.ok ? { ...found, job: { ...found.job, fields: add(found.job.fields) } } : null;
}

/** The first form of a group that holds by itself, beside nothing but something to run. */
function chooseForm(
  { keys, forms }: Group,
  entries: PlistDict['entries'],
  always: PlistDict,
  check: (forms: readonly Form[], plist: PlistDict) => Check,
): Form {
  const runs = keys.includes('ProgramArguments');
  const command: Form = { fields: [['command', ['/usr/bin/true']]], says: {} };
  const still: Form = { fields: [['start', dict([['at_load', false]])]], says: {} };
  const plist = dict([
    ...Object.entries(always.entries),
    ...(runs ? [] : ([['ProgramArguments', ['/usr/bin/true']]] as const)),
    ...keys.map((key) => [key, entries[key]] as const),
  ]);
  const starts = keys.includes('RunAtLoad');
  const holds = forms.find(
    (form) => check([...(runs ? [] : [command]), form, ...(starts ? [] : [still])], plist).ok,
  );
  return holds ?? forms.at(-1) ?? { fields: [], says: {} };
}

/** The order in which a person tells of a job. */
const ORDER = [
  'domain',
  'program',
  'command',
  'script',
  'working_dir',
  'path',
  'environment',
  'env_file',
  'secrets',
  'user',
  'group',
  'umask',
  'start',
  'restart',
  'stop_timeout',
  'logs',
  'stdin',
  'stdout',
  'stderr',
  'process_type',
  'nice',
  'low_priority_io',
  'limits',
  'session_types',
  'launchd',
  'launchd_unchecked',
];

function fieldsOf(forms: readonly Form[], placement: Placement): PlistDict {
  const fields = new Map<string, PlistValue>(placement === 'gui' ? [] : [['domain', placement]]);
  for (const [name, value] of forms.flatMap((form) => form.fields)) {
    const there = fields.get(name);
    fields.set(
      name,
      isDict(there) && isDict(value)
        ? dict([...Object.entries(there.entries), ...Object.entries(value.entries)])
        : value,
    );
  }
  return inOrder([...fields]);
}

function inOrder(fields: readonly (readonly [string, PlistValue])[]): PlistDict {
  return dict(fields.toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b)));
}

function oneInstance(fields: PlistDict, label: string): string {
  const instance = dict([['label', escapeDollars(label)], ...Object.entries(fields.entries)]);
  const file = dict([
    ['version', 1],
    ['instances', dict([['job', instance]])],
  ]);
  return `${writeMap(file, [], 0, { notes: new Map(), spread: (path) => (path.length < 3 ? 'block' : 'any') }).join('\n')}\n`;
}
