import type { Places } from '../model/domain.ts';

/** What the command asks of a plan. */
export interface PlanOptions {
  readonly stack: string;
  /** Real path of the file that the stack is declared in. */
  readonly source: string;
  readonly places: Pick<Places, 'daemons' | 'globalAgents'>;
  /** False when no file has the key `instances`: nothing is deleted then, unless `allowEmpty`. */
  readonly declaresInstances: boolean;
  /** Labels that became instances. */
  readonly moved: readonly { readonly from: string; readonly to: string }[];
  /** Delete owned jobs that are no longer declared. */
  readonly prune: boolean;
  /** Take jobs that are there but not ours. */
  readonly adopt: boolean;
  readonly allowEmpty: boolean;
  /** Go on although the stack was applied from another file before. */
  readonly takeOverStack: boolean;
  /** Treat held jobs like the others. */
  readonly releaseHeld: boolean;
  /** Globs of instances or labels; empty: all. */
  readonly targets: readonly string[];
  /** Instances or labels to restart even if nothing changed. */
  readonly replace: readonly string[];
}
