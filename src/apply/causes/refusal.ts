import type { Domain } from '../../model/domain.ts';
import type { ReconcileError } from '../../model/errors.ts';
import { isArray, type PlistDict, type PlistValue } from '../../model/plist.ts';
import type { Work } from '../work.ts';

/** What launchctl was asked about: a job, and where its plist lies. */
export interface LoadTarget {
  readonly domain: Domain;
  readonly label: string;
  readonly path: string;
}

export type Means = Pick<Work, 'ports' | 'settings'>;

/** A refusal whose cause is looked for. */
export interface Refusal {
  readonly means: Means;
  readonly job: LoadTarget;
  /** `launchctl bootstrap was refused with 5`: the first words of every sentence. */
  readonly call: string;
  readonly code: number | null;
  /** `launchctl`, as a person calls it. */
  readonly launchctl: string;
  readonly target: string;
  /** The plist as it lies there, read once; null when it cannot be read. */
  readonly plist: () => Promise<PlistDict | null>;
}

/** One thing that may be the cause, looked at. Null: it is not. Reads only. */
export type Look = (on: Refusal) => Promise<ReconcileError | null>;

/** One text, or a list of them. */
export function texts(value: PlistValue | undefined): readonly string[] {
  if (isArray(value)) return value.filter((item) => typeof item === 'string');
  return typeof value === 'string' ? [value] : [];
}
