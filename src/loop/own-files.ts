import type { LoopEvent } from '../model/loop.ts';
import type { LoopState } from './state.ts';

/** What the loop remembers, and its file: what cannot be written down is known all the same, and the loop goes on. */
export interface OwnFiles {
  readonly state: LoopState;
  /** Remembers this, and writes it down where it is something else. Never throws. */
  keep(next: LoopState): Promise<void>;
  /** A round begins: what could not be written down before is tried again. `anew`: the files had been removed. */
  begin(anew: boolean): Promise<void>;
  /** Something else with these files, and what it comes to where they fail. */
  attempt<T>(work: () => Promise<T>, otherwise: T): Promise<T>;
  /** A round came to its end. */
  noteWell(): void;
}

/** The state, and what a person said: what is lost of it is counted anew. */
const OWN_FILES = 'watch/own-files';

export function createOwnFiles(
  initial: LoopState,
  means: {
    readonly save: (state: LoopState) => Promise<void>;
    readonly explain: (error: unknown) => { readonly message: string };
    readonly emit: (event: LoopEvent) => void;
  },
): OwnFiles {
  let state = initial;
  let saved: LoopState | null = initial;
  let failed = false;
  let told = false;

  async function save(): Promise<void> {
    if (saved === state) return;
    const now = state;
    const isSaved = await attempt(async () => {
      await means.save(now);
      return true;
    }, false);
    if (isSaved) saved = now;
  }

  async function attempt<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { message } = means.explain(error);
      const hint =
        'Make room there, or make it writable: what the loop remembers would be lost with its process.';
      if (!told) means.emit({ event: 'trouble', code: OWN_FILES, message, hint, retryAt: null });
      failed = true;
      told = true;
      return otherwise;
    }
  }

  return {
    get state() {
      return state;
    },
    async keep(next) {
      state = next;
      await save();
    },
    async begin(anew) {
      failed = false;
      if (anew) {
        saved = null;
        const message = 'The files of this loop were removed while it ran; its lock is taken anew.';
        means.emit({ event: 'trouble', code: 'watch/lock-removed', message, hint: null, retryAt: null });
      }
      await save();
    },
    attempt,
    noteWell() {
      if (!told || failed) return;
      told = false;
      means.emit({ event: 'recovered', code: OWN_FILES });
    },
  };
}
