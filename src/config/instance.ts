import type { Place } from '../model/diagnostic.ts';
import type { Placement } from '../model/domain.ts';
import type { RestartPolicy } from '../model/job.ts';
import type { OnEvent } from '../model/on-event.ts';
import type { PlistDict } from '../model/plist.ts';
import type { SecretSource } from './schema-secrets.ts';

/** One calendar entry of `start.schedule` in list form; `'*'` is written out where `{hour: 3}` alone would be a trap. */
export interface CalendarEntry {
  readonly minute?: number | '*';
  readonly hour?: number | '*';
  readonly day?: number | '*';
  readonly weekday?: number | '*';
  readonly month?: number | '*';
}

export interface ResourceLimit {
  readonly soft?: number;
  readonly hard?: number;
}

/**
 * An instance's fields under their names in the file: templates and defaults merged, short forms expanded, `${…}`
 * interpolated, durations in whole seconds. Not yet: `~`, words of a command, cron, policy → KeepAlive (`desired/`).
 */
export interface InstanceFields {
  readonly label?: string;
  readonly description?: string;
  readonly domain?: Placement;
  readonly enabled?: boolean;
  readonly command?: string | readonly string[];
  readonly program?: string;
  readonly script?: string;
  readonly working_dir?: string;
  /** Numbers as they were written, `1.10` stays `1.10`. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: string | readonly string[];
  readonly secrets?: Readonly<Record<string, SecretSource>>;
  readonly path?: readonly string[];
  readonly stdin?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly logs?: boolean;
  readonly user?: string;
  readonly group?: string;
  /** Octal digits. */
  readonly umask?: string;
  readonly start?: {
    readonly at_load?: boolean;
    /** Seconds. */
    readonly every?: number;
    readonly schedule?: string | readonly CalendarEntry[];
    readonly watch?: readonly string[];
    readonly queue?: readonly string[];
    readonly on_mount?: boolean;
  };
  readonly restart?: {
    readonly policy?: RestartPolicy;
    /** Seconds. */
    readonly throttle?: number;
    readonly run_while?: {
      readonly paths?: Readonly<Record<string, boolean>>;
      readonly loaded?: Readonly<Record<string, boolean>>;
    };
  };
  readonly restart_on?: readonly string[];
  /** Seconds. */
  readonly stop_timeout?: number;
  readonly process_type?: 'background' | 'standard' | 'adaptive' | 'interactive';
  readonly nice?: number;
  readonly low_priority_io?: boolean;
  /** `core cpu data file_size locked_memory open_files processes resident_memory stack`; a bare number was both. */
  readonly limits?: Readonly<Record<string, ResourceLimit>>;
  readonly session_types?: readonly ('aqua' | 'background' | 'loginwindow' | 'standardio' | 'system')[];
  readonly depends_on?: readonly string[];
  readonly ignore_changes?: readonly string[];
  readonly managed_by?: 'reconcile' | 'other';
  readonly audit?: { readonly ignore: readonly string[] };
  readonly healthcheck?: {
    /** `host:port`, or a port; as written. */
    readonly tcp?: string;
    readonly unix_socket?: string;
    readonly http?: { readonly url: string; readonly status?: readonly number[] };
    readonly command?: string | readonly string[];
    /** `within` in seconds. */
    readonly fresh_file?: { readonly path: string; readonly within: number };
    /** Seconds, as the two below. */
    readonly interval?: number;
    readonly timeout?: number;
    readonly retries?: number;
    readonly start_period?: number;
    readonly on_unhealthy?: 'restart' | 'report';
  };
  readonly stale?: { readonly sockets?: readonly string[]; readonly pid_files?: readonly string[] };
  /** `within` in seconds. */
  readonly give_up?: { readonly after?: number; readonly within?: number };
  /** launchd.plist(5) keys, verbatim. */
  readonly launchd?: PlistDict;
  /** Keys that are not in the manual, verbatim and unchecked. */
  readonly launchd_unchecked?: PlistDict;
}

export type Origin = 'defaults' | 'template' | 'instance';

export interface Instance {
  readonly name: string;
  /** Of its key. */
  readonly place: Place;
  /** `when` excludes it on this host. */
  readonly excluded: boolean;
  readonly fields: InstanceFields;
  /** Path of a field (`restart.policy`, `command`, `command.0`, `start.schedule.1.hour`, `launchd.KeepAlive`) → where its value stands. */
  readonly places: Readonly<Record<string, Place>>;
  /** The same paths → which layer gave the value. */
  readonly origins: Readonly<Record<string, Origin>>;
}

export interface Config {
  /** The stack. */
  readonly name: string;
  readonly label_prefix: string;
  /** Real path of the root file, or `<stdin>`. */
  readonly file: string;
  /** Every file that was read, in the order of reading. */
  readonly files: readonly string[];
  /** Some file has the key `instances`; if not, nothing is deleted (`file/empty`). */
  readonly declares_instances: boolean;
  /** By name. */
  readonly instances: readonly Instance[];
  /** `defaults` and the templates by themselves, for checks: texts that only an instance completes are left out. */
  readonly layers: readonly Instance[];
  /** Codes of `audit` that do not count for any job. */
  readonly auditIgnore: readonly string[];
  /** Null, or absent: no command is run on events. */
  readonly onEvent?: OnEvent | null;
  readonly moved: readonly { readonly from: string; readonly to: string; readonly place: Place }[];
}
