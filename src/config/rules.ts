import { posix } from 'node:path';
import type { Collector } from './collector.ts';
import { RUN_FIELDS } from './layers.ts';
import { meantBy } from './misfit.ts';
import { isBareTilde, type MapNode, member, placeOf, type Span, type YamlNode } from './node.ts';
import { suggest } from './suggest.ts';

/** What several fields of one layer, or of one merged instance, say together. */
export function checkFields(fields: MapNode, collector: Collector): void {
  checkRunSlot(fields, collector);
  checkRestart(fields, collector);
  checkSchedule(fields, collector);
  checkLimits(fields, collector);
  warnOfBareTilde(fields, collector);
}

/** Fields of which somebody may think that `~` is the home folder, as it is in `~/bin`. */
const PATHS: readonly string[] = ['working_dir', 'command', 'program', 'stdin', 'stdout', 'stderr'];

function warnOfBareTilde(fields: MapNode, collector: Collector): void {
  for (const field of PATHS) {
    const node = fields.entries.get(field)?.value;
    if (node?.kind !== 'null' || !isBareTilde(node)) continue;
    const message = `YAML reads a bare \`~\` as nothing, so \`${field}\` is not set.`;
    const hint = 'Write "~" in quotes for your home folder, or `null` if nothing is meant.';
    collector.report({ code: 'yaml/tilde', message, hint }, node.span, 'warning');
  }
}

/** What must hold for an instance once its layers are merged. `key` is the span of its name. */
export function checkInstance(name: string, fields: MapNode, key: Span, collector: Collector): void {
  const runs =
    RUN_FIELDS.some((field) => member(fields, field) !== undefined) ||
    ['launchd', 'launchd_unchecked'].some((raw) =>
      ['Program', 'ProgramArguments', 'BundleProgram'].some(
        (key) => member(member(fields, raw), key) !== undefined,
      ),
    );
  // A slip is told where it stands, and that is enough.
  const isMisspelt = (): boolean =>
    [...fields.entries.keys()].some((key) => RUN_FIELDS.includes(meantBy(key) ?? ''));
  if (!runs && !isMisspelt()) {
    const message = `Nothing says what \`${name}\` runs.`;
    const hint = 'Add `command:`, `program:` or `script:`, or a template that has one.';
    collector.report({ code: 'run/missing', message, hint }, key);
  }
  const domain = member(fields, 'domain');
  if (domain?.kind === 'text' && (domain.opaque !== undefined || domain.text === 'system')) return;
  for (const field of ['user', 'group']) {
    const value = member(fields, field);
    if (value === undefined) continue;
    collector.report(
      {
        code: 'field/system-only',
        message: `\`${field}\` works in the system domain only; launchd ignores it for agents.`,
        hint: `Write \`domain: system\`, or remove \`${field}\`.`,
      },
      domain === undefined ? value.span : laterOf(value.span, domain.span),
    );
  }
}

function checkRunSlot(fields: MapNode, collector: Collector): void {
  const script = member(fields, 'script');
  if (script === undefined) return;
  for (const field of ['command', 'program']) {
    const other = member(fields, field);
    if (other === undefined) continue;
    const message = `\`script\` and \`${field}\` both say what to run.`;
    const hint = `Keep one of them. Only \`program\` and \`command\` go together.`;
    collector.report({ code: 'run/conflict', message, hint }, laterOf(script.span, other.span));
  }
}

function checkRestart(fields: MapNode, collector: Collector): void {
  const restart = member(fields, 'restart');
  const runWhile = member(restart, 'run_while');
  if (runWhile === undefined) return;
  const policy = member(restart, 'policy');
  if (policy !== undefined) {
    const message =
      'launchd would OR a restart policy with `run_while`: the job would restart when either one says so.';
    const hint = 'Keep `policy` or `run_while`; `policy: null` takes an inherited one away.';
    collector.report({ code: 'restart/run-while', message, hint }, laterOf(policy.span, runWhile.span));
  }
  const isEmpty = (node: YamlNode | undefined): boolean =>
    node?.kind !== 'map' || [...node.entries.values()].every(({ value }) => value.kind === 'null');
  if (runWhile.kind === 'map' && isEmpty(member(runWhile, 'paths')) && isEmpty(member(runWhile, 'loaded'))) {
    const message = '`run_while` names no condition, so it would never start the job.';
    const hint = 'Write `paths: {PATH: true}` or `loaded: {LABEL: true}` under it.';
    collector.report({ code: 'restart/run-while-empty', message, hint }, runWhile.span);
  }
}

function checkSchedule(fields: MapNode, collector: Collector): void {
  const schedule = member(member(fields, 'start'), 'schedule');
  if (schedule?.kind !== 'list') return;
  for (const entry of schedule.items) {
    if (entry.kind !== 'map' || member(entry, 'minute') !== undefined) continue;
    if ([...entry.entries.keys()].some((key) => suggest(key, ['minute']) !== null)) continue;
    const message = 'Without `minute` launchd would start the job in every minute of that time.';
    const hint = 'Write `minute: 0`, or `minute: "*"` if each minute is meant.';
    collector.report({ code: 'schedule/no-minute', message, hint }, entry.span);
  }
}

function checkLimits(fields: MapNode, collector: Collector): void {
  const limits = member(fields, 'limits');
  if (limits?.kind !== 'map') return;
  for (const [name, { value }] of limits.entries) {
    const soft = member(value, 'soft');
    const hard = member(value, 'hard');
    if (soft?.kind !== 'integer' || hard?.kind !== 'integer' || soft.value <= hard.value) continue;
    const message = `The soft limit of \`${name}\` (${soft.written}) is above its hard limit (${hard.written}).`;
    collector.report(
      { code: 'limits/soft-above-hard', message, hint: 'Raise `hard`, or lower `soft`.' },
      laterOf(soft.span, hard.span),
    );
  }
}

/** An error that concerns two places stands at the later one (interface §7); of two files, at that of the second. */
export function laterOf(first: Span, second: Span): Span {
  return first.file === second.file && first.start > second.start ? first : second;
}

/** `line 3`, or `common.yaml, line 3` from another file. */
export function whereIs(span: Span, from: Span): string {
  const { line, file } = placeOf(span);
  return span.file === from.file ? `line ${line}` : `${posix.basename(file)}, line ${line}`;
}
