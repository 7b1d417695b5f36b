import { escapeDollars } from '../../config/interpolate.ts';
import { NULL, writeMap } from '../../config/write-yaml.ts';
import type { Host, Placement, Places } from '../../model/domain.ts';
import { dict, type PlistDict } from '../../model/plist.ts';
import { checkDeclaration } from './check.ts';
import type { PlistComments } from './comments.ts';
import { type Decompiled, decompile, type Refusal } from './decompile.ts';
import { layOut } from './layout.ts';
import { chooseNames } from './names.ts';
import { createVault, type HiddenSecret, hideSecrets, nameSecrets, type Vault } from './secrets.ts';
import { type NamedFields, nothingShared, type Shared, share } from './share.ts';

/** A plist as it lies there. */
export interface InstalledPlist {
  readonly path: string;
  readonly plist: PlistDict;
  readonly comments: PlistComments;
  /** Codes of `audit` that its comments ask not to be told. */
  readonly ignores?: readonly string[];
}

export interface ImportOptions {
  readonly host: Host;
  readonly places: Places;
  /** Copy what looks secret, instead of asking the environment for it. */
  readonly withSecrets: boolean;
  /** The file that the instances will stand in; undefined: a new one is written. */
  readonly beside?: {
    readonly labelPrefix: string;
    /** Names of its instances. */
    readonly names: ReadonlySet<string>;
    /** Blanks before each instance, and from one level to the next. */
    readonly indent: number;
    readonly step: number;
    /** By label: fields that its `defaults` would add, and that have to be taken back. */
    readonly resets: ReadonlyMap<string, readonly string[]>;
  };
}

export interface ImportedJob {
  readonly instance: string;
  readonly label: string;
  readonly placement: Placement;
  readonly path: string;
  /** Names of the fields that it has. */
  readonly fields: readonly string[];
  /** What it must compile to. */
  readonly plist: PlistDict;
  /** Keys under `launchd_unchecked:`, with the reason. */
  readonly objections: Readonly<Record<string, string>>;
}

export interface RefusedPlist {
  readonly path: string;
  readonly label: string | null;
  readonly refusal: Refusal;
}

export interface Imported {
  /** A whole file, or the instances alone, indented for the file that they will stand in. */
  readonly yaml: string;
  readonly jobs: readonly ImportedJob[];
  readonly refused: readonly RefusedPlist[];
  /** What the file asks the environment for. */
  readonly secrets: readonly HiddenSecret[];
  /** Variable → secret, for checking the file; never to be shown. */
  readonly secretValues: ReadonlyMap<string, string>;
}

interface Named extends NamedFields {
  readonly job: Decompiled;
  readonly path: string;
  readonly comments: PlistComments;
  readonly original: PlistDict;
}

/** Plists → the text that declares them, and what could not be. The text was compiled, and comes to these plists. */
export function importPlists(installed: readonly InstalledPlist[], options: ImportOptions): Imported {
  const vault = createVault();
  const refused: RefusedPlist[] = [];
  const found: { readonly job: Decompiled; readonly from: InstalledPlist }[] = [];
  const seen = new Map<string, string>();
  for (const from of installed) {
    const outcome = decompileOne(from, options, vault);
    if (!outcome.ok) {
      refused.push({ path: from.path, label: outcome.label, refusal: outcome.refusal });
      continue;
    }
    // A label names a file, and file systems of Macs mostly ignore letter case.
    const key = outcome.job.label.toLowerCase();
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, from.path);
      found.push({ job: outcome.job, from });
    } else
      refused.push({ path: from.path, label: outcome.job.label, refusal: twice(outcome.job.label, first) });
  }
  const jobs = nameJobs(found, options);
  const { text, kept } = writeChecked(jobs.named, jobs.prefix, options, vault);
  const isKept = new Set(kept.map(({ name }) => name));
  for (const { name, label, path } of jobs.named)
    if (!isKept.has(name)) refused.push({ path, label, refusal: NOT_TOGETHER });
  const labels = new Set(kept.map(({ label }) => label));
  return {
    yaml: text,
    jobs: kept.map(({ name, label, path, fields, original, job }) => ({
      instance: name,
      label,
      placement: job.placement,
      path,
      fields: Object.keys(fields.entries),
      plist: original,
      objections: job.objections,
    })),
    refused,
    secrets: vault.hidden.filter(({ label }) => labels.has(label)),
    secretValues: vault.values,
  };
}

function decompileOne(
  { plist, path }: InstalledPlist,
  { host, places, withSecrets }: ImportOptions,
  vault: Vault,
): ReturnType<typeof decompile> {
  const label = plist.entries['Label'];
  if (withSecrets || typeof label !== 'string') return decompile(plist, path, host, places);
  const hidden = hideSecrets(plist, label, vault);
  return decompile(hidden, path, host, places, vault.values);
}

const NOT_TOGETHER: Refusal = {
  code: 'import/not-the-same',
  message: 'Beside the others, no declaration comes to exactly this plist.',
  hint: 'Import it by itself, into a file of its own.',
};

const twice = (label: string, first: string): Refusal => ({
  code: 'import/twice',
  message: `${label} was read from ${first} already, and two jobs cannot share a label.`,
  hint: 'Name one of the two.',
});

function nameJobs(
  found: readonly { readonly job: Decompiled; readonly from: InstalledPlist }[],
  { beside }: ImportOptions,
): { readonly named: readonly Named[]; readonly prefix: string | null } {
  const { prefix, names } = chooseNames(
    found.map(({ job }) => job.label),
    beside?.names,
    beside?.labelPrefix,
  );
  const named = found.map(({ job, from }) => {
    const name = names.get(job.label) ?? job.label;
    const label = job.label === `${prefix}.${name}` ? undefined : escapeDollars(job.label);
    const fields = nameSecrets(job.fields) as PlistDict;
    const resets = beside?.resets.get(job.label) ?? [];
    return {
      name,
      label: job.label,
      fields: dict([
        ['label', label],
        ...Object.entries(fields.entries),
        ['audit', sayIgnores(from.ignores ?? [])],
        ...resets.map((field) => [field, NULL] as const),
      ]),
      job,
      path: from.path,
      comments: from.comments,
      original: from.plist,
    };
  });
  return { named: named.sort((a, b) => (a.name < b.name ? -1 : 1)), prefix };
}

function sayIgnores(codes: readonly string[]): PlistDict | undefined {
  return codes.length === 0 ? undefined : dict([['ignore', [...new Set(codes)]]]);
}

/** The shortest text that comes to the same; jobs that spoil it for the others are left out. */
function writeChecked(
  jobs: readonly Named[],
  prefix: string | null,
  options: ImportOptions,
  vault: Vault,
): { readonly text: string; readonly kept: readonly Named[] } {
  const { host, places, beside } = options;
  const alone = { ...host, env: Object.fromEntries(vault.values) };
  const check = (some: readonly Named[], shared: Shared) =>
    checkDeclaration(
      writeFile(some, shared, beside?.labelPrefix ?? prefix, vault),
      some.map(({ label, original }) => ({ label, plist: original })),
      alone,
      places,
    );
  const write = (some: readonly Named[], shared: Shared): string =>
    beside === undefined ? writeFile(some, shared, prefix, vault) : writeInstances(some, vault, beside);
  if (beside === undefined) {
    const whole = share(jobs);
    for (const shared of [whole, withoutDefaults(whole, jobs)])
      if (check(jobs, shared).ok) return { text: write(jobs, shared), kept: jobs };
  }
  const plain = check(jobs, nothingShared(jobs));
  const spoiling = new Set(plain.ok ? [] : plain.differing);
  // Where nothing compiles, each is tried by itself.
  const kept = jobs.filter(
    (job) => plain.ok || !spoiling.has(job.label) || check([job], nothingShared([job])).ok,
  );
  return { text: write(kept, nothingShared(kept)), kept };
}

/** Templates alone: what stands in `defaults` may mean something else for a job that a trigger starts. */
function withoutDefaults({ defaults, templates, instances }: Shared, jobs: readonly Named[]): Shared {
  if (defaults === null) return { defaults, templates, instances };
  const original = new Map(jobs.map(({ name, fields }) => [name, fields]));
  return {
    defaults: null,
    templates,
    instances: instances.map(([name, fields]) => {
      const all = original.get(name)?.entries ?? {};
      const back = Object.entries(all).filter(([field]) => defaults.entries[field] !== undefined);
      return [name, dict([...Object.entries(fields.entries), ...back])] as const;
    }),
  };
}

function writeFile(jobs: readonly Named[], shared: Shared, prefix: string | null, vault: Vault): string {
  const file = dict([
    ['version', 1],
    ['label_prefix', prefix === null ? undefined : escapeDollars(prefix)],
    ['defaults', shared.defaults ?? undefined],
    ['templates', shared.templates.length === 0 ? undefined : dict(shared.templates)],
    ['instances', dict(shared.instances)],
  ]);
  return `${writeMap(file, [], 0, layOut(file, jobs, vault)).join('\n')}\n`;
}

function writeInstances(
  jobs: readonly Named[],
  vault: Vault,
  { indent, step }: { readonly indent: number; readonly step: number },
): string {
  const instances = dict(jobs.map(({ name, fields }) => [name, fields]));
  const style = { ...layOut(dict([['instances', instances]]), jobs, vault), step };
  return `${writeMap(instances, ['instances'], indent, style).join('\n')}\n`;
}
