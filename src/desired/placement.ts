import type { Instance } from '../config/instance.ts';
import { checkLabel, domainOf, folderOf, sessionType } from '../launchd/domains.ts';
import { toolOfLabel } from '../launchd/tool-labels.ts';
import type { Domain, Placement, Places } from '../model/domain.ts';
import { isArray, type PlistDict, type PlistValue } from '../model/plist.ts';
import { type Draft, type Entry, entryOf } from './draft.ts';
import type { Problems } from './problems.ts';

/** Where a job lives: its label, the domain it is loaded into, and its plist. */
export interface Location {
  readonly placement: Placement;
  readonly domain: Domain;
  /** `<folder>/<label>.plist`. */
  readonly path: string;
}

export function labelOf(instance: Instance, prefix: string): string {
  return instance.fields.label ?? `${prefix}.${instance.name}`;
}

/** Refuses a label that launchd, launchctl or the file system could not take; true when it is fine. */
export function verifyLabel(instance: Instance, label: string, problems: Problems): boolean {
  const problem = checkLabel(label);
  if (problem === null) {
    tellTool(instance, label, problems);
    return true;
  }
  problems.error(
    'label/invalid',
    'label',
    `\`${label}\` cannot be the label of a job: ${problem}.`,
    instance.fields.label === undefined
      ? 'Give this instance a `label` of its own, or rename it; by default its label is `<label_prefix>.<instance>`.'
      : 'Write a name in reverse-domain form, for instance `com.example.backup`.',
  );
  return false;
}

/** Nothing is wrong with such a label, but the tool may write the same job. */
function tellTool({ fields }: Instance, label: string, problems: Problems): void {
  const known = toolOfLabel(label);
  if (known === null || fields.managed_by === 'other') return;
  problems.info(
    'label/other-tool',
    'label',
    `Labels that begin with \`${known.prefix}\` are those of ${known.tool}, which may write this job, too.`,
    'If it does, declare the job `managed_by: other`; if not, all is well.',
  );
}

export function locate(draft: Draft, places: Places): Location {
  const placement = draft.fields.domain ?? 'gui';
  return {
    placement,
    domain: domainOf(placement, draft.host.uid),
    path: `${folderOf(placement, places)}/${draft.label}.plist`,
  };
}

/** `session_types` and the session type that `domain: user` stands for → LimitLoadToSessionType. */
export function compileSessions(draft: Draft): readonly Entry[] {
  const { fields, problems } = draft;
  if (fields.domain === 'user')
    problems.warn(
      'domain/user-not-persistent',
      'domain',
      'launchd does not load the jobs of the user domain again after a reboot.',
      'Run `reconcile apply` after each reboot, or use `domain: gui` (loaded at login) or `domain: system` (loaded at boot).',
    );
  const types = fields.session_types;
  if (types === undefined)
    return fields.domain === 'user'
      ? [{ key: 'LimitLoadToSessionType', value: 'Background', field: null }]
      : [];
  if (fields.domain === 'system') {
    problems.error(
      'session/agents-only',
      'session_types',
      'Session types are for agents: a system job belongs to no session.',
      'Remove `session_types`.',
    );
    return [];
  }
  const names = types.map((type) => SESSION_NAMES[type]);
  return entryOf('LimitLoadToSessionType', 'session_types', names.length === 1 ? names[0] : names);
}

const SESSION_NAMES = {
  aqua: 'Aqua',
  background: 'Background',
  loginwindow: 'LoginWindow',
  standardio: 'StandardIO',
  system: 'System',
} as const;

/**
 * A job whose session types lack that of its domain is refused by launchd (134, facts §3.1). An error for our own field; a
 * warning for a value under `launchd:`, which goes in as it stands.
 */
export function verifySession(draft: Draft, plist: PlistDict, domain: Domain, field: string): void {
  const value = plist.entries['LimitLoadToSessionType'];
  if (domain === 'system' || value === undefined) return;
  const needed = sessionType(domain);
  const given: readonly PlistValue[] = isArray(value) ? value : [value];
  if (given.includes(needed)) return;
  const tell = field === 'session_types' ? draft.problems.error : draft.problems.warn;
  tell(
    'session/wrong-domain',
    field,
    `This job is loaded into ${domain}, and launchd takes only jobs for ${needed} sessions there.`,
    `Add ${needed === 'Aqua' ? '`aqua`' : '`background`'} to the session types, or choose another \`domain\`.`,
  );
}
