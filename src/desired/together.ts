import type { Instance } from '../config/instance.ts';
import type { Place } from '../model/diagnostic.ts';
import type { Job } from '../model/job.ts';
import type { Draft } from './draft.ts';
import { laterPlace, type Problems } from './problems.ts';

/** What an instance needs to know of another. */
export interface Peer {
  readonly label: string;
  readonly excluded: boolean;
}

interface Candidate {
  readonly instance: Instance;
  readonly problems: Problems;
  readonly job: Job;
}

/**
 * Two jobs of one machine cannot share a label, nor a file: file systems of Macs mostly ignore letter case. The error stands
 * at the later of the two. Instances that `when` excludes are not on this machine.
 */
export function refuseDuplicates(candidates: readonly Candidate[], files: readonly string[]): void {
  const labels = new Map<string, Candidate>();
  const paths = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { job } = candidate;
    if (job.excluded) continue;
    const path = job.path.toLowerCase();
    const other = labels.get(job.label) ?? paths.get(path);
    if (other === undefined) {
      labels.set(job.label, candidate);
      paths.set(path, candidate);
    } else refuseDuplicate(other, candidate, files);
  }
}

function refuseDuplicate(a: Candidate, b: Candidate, files: readonly string[]): void {
  const later = laterPlace(labelPlace(a), labelPlace(b), files) === labelPlace(b) ? b : a;
  const earlier = later === b ? a : b;
  const same = a.job.label === b.job.label;
  const where = `${earlier.instance.place.file}:${earlier.instance.place.line}`;
  later.problems.errorAt(
    'label/duplicate',
    labelPlace(later),
    same
      ? `\`${later.instance.name}\` and \`${earlier.instance.name}\` (${where}) have the same label, \`${later.job.label}\`.`
      : `The label \`${later.job.label}\` differs from that of \`${earlier.instance.name}\` (${where}) in letter case only, so their plists would be one file on most Macs.`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
    'Give each a label of its own; in a template, `${instance}` makes it differ.',
  );
}

/** A label of its own stands where it is written; one from a template concerns the instance that uses it. */
function labelPlace({ instance, problems }: Candidate): Place {
  return instance.origins['label'] === 'instance' ? problems.placeOf('label') : instance.place;
}

/** `depends_on` → labels. An instance that `when` excludes from this machine is not waited for. */
export function dependenciesOf(draft: Draft, peers: ReadonlyMap<string, Peer>): readonly string[] {
  const labels = (draft.fields.depends_on ?? []).flatMap((name) => {
    const peer = peers.get(name);
    return peer === undefined || peer.excluded ? [] : [peer.label];
  });
  return [...new Set(labels)];
}
