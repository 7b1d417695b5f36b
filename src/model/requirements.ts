/** The user that a job runs as. */
export interface Runner {
  /** Null: the name in the plist cannot be resolved here, so nothing can be said of permissions. */
  readonly uid: number | null;
  /** The groups as far as they are known; null: not known. */
  readonly gids: readonly number[] | null;
}

/** A permission of a job's user: null when it cannot be told from here. */
export type May = boolean | null;

/** How a path looks to the user that a job runs as; links are followed. */
export interface PathLook {
  readonly path: string;
  /** `hidden`: we may not look, so nothing is known of it. Never taken for missing. */
  readonly kind: 'file' | 'folder' | 'other' | 'missing' | 'hidden';
  /** The entry itself is a symbolic link; with `missing`: one that leads nowhere. */
  readonly symlink: boolean;
  /** Of what is there; null when missing or hidden. */
  readonly uid: number | null;
  /** Permission bits. */
  readonly mode: number | null;
  /** The volume, as a decimal string. */
  readonly dev: string | null;
  readonly may: { readonly read: May; readonly write: May; readonly execute: May };
}

/** A name that is looked up in a PATH. */
export interface Lookup {
  readonly name: string;
  readonly folders: readonly string[];
  /** The first executable of this name. Null: there is none. */
  readonly found: string | null;
  /** Some folder could not be looked into, so `found: null` says nothing. */
  readonly unsure: boolean;
}

/** What the kernel finds when it is to execute a file. */
export type ProgramForm =
  /** A binary, or nothing that we may read. */
  | { readonly form: 'binary' }
  /** A text without `#!`: shells run it, the kernel does not. */
  | { readonly form: 'text' }
  | {
      readonly form: 'script';
      readonly interpreter: PathLook;
      /** `#!/usr/bin/env NAME`: the name, looked up in the job's PATH. */
      readonly byName: Lookup | null;
    };

export interface ProgramLook {
  /** As the plist names it. */
  readonly name: string;
  /** A bare name, which launchd looks up in its own PATH; null: an absolute path. */
  readonly lookup: Lookup | null;
  /** Null: a bare name that was not found. */
  readonly look: PathLook | null;
  /** Null unless it is a file that may be executed. */
  readonly form: ProgramForm | null;
  /** The command is itself `env NAME …`: the name, looked up in the job's PATH. */
  readonly byName: Lookup | null;
}

/** A file that launchd opens for a job, or makes. */
export interface StreamLook {
  readonly key: 'StandardInPath' | 'StandardOutPath' | 'StandardErrorPath';
  readonly look: PathLook;
  /** When the file is missing: the nearest folder above it that is there, in which it would be made. */
  readonly folder: PathLook | null;
}

/** Why a job cannot read its env_file: where the first mistake is, and what it is. Never a value. */
export interface EnvFileProblem {
  /** From 1, as is the column. */
  readonly line: number;
  readonly column: number;
  /** After the words `line 3 of FILE`. */
  readonly what: string;
}

/** A file of `env_file` or `secrets`. */
export interface ReadLook {
  readonly look: PathLook;
  /** Of an env_file; null: nothing, or it could not be read. */
  readonly problem: EnvFileProblem | null;
  /** The secret whose value it is; null: an env_file. */
  readonly secret: string | null;
}

/** What launchd will need to start one job, as it is there now. */
export interface Requirements {
  readonly runner: Runner;
  readonly program: ProgramLook | null;
  readonly workingDirectory: PathLook | null;
  readonly streams: readonly StreamLook[];
  readonly watched: readonly PathLook[];
  readonly queues: readonly PathLook[];
  /** Files that are read at its start, before its program runs. */
  readonly reads?: readonly ReadLook[];
}

/** What `plan` looks at before a job is loaded. */
export interface Preflight {
  readonly requirements: Requirements;
  /** The folder of its plist. */
  readonly folder: PathLook;
  /** When that is missing: the nearest folder above it that is there, in which it would be made. */
  readonly above: PathLook | null;
  /** Whoever may own the plist and its folder, for launchd to accept them. */
  readonly owners: readonly number[];
  /** The user that apply makes folders as. */
  readonly maker: number;
  /** The volumes that macOS itself is on; empty: not a Mac, so it does not matter. */
  readonly systemVolumes: readonly string[];
  /** Files whose changed content restarts it. */
  readonly triggers?: readonly PathLook[];
}
