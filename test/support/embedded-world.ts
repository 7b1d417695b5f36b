import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';

/** The built launchctl of the embedded launchd. */
export const LAUNCHCTL: string = fileURLToPath(new URL('../../dist/embedded/bin/launchctl', import.meta.url));

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `embedded-status` tells. */
export interface Status {
  readonly running: boolean;
  readonly pid: number | null;
  readonly services: readonly {
    readonly domain: string;
    readonly label: string;
    readonly state: string;
    readonly pid: number | null;
    readonly runs: number;
  }[];
}

/** A private embedded launchd below a temporary folder; `close` stops it and removes all of it. */
export interface EmbeddedWorld {
  readonly folder: string;
  /** Of RECONCILE_EMBEDDED_DIR. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** `gui/UID` of whoever runs the tests. */
  readonly gui: string;
  launchctl(...args: readonly string[]): Promise<Answer>;
  /** Writes a plist into a folder, `plists` by default; its path. */
  plist(label: string, keys: Readonly<Record<string, PlistValue>>, into?: string): string;
  /** Writes the plist and loads it into the gui domain. */
  load(label: string, keys: Readonly<Record<string, PlistValue>>): Promise<void>;
  /** A depth-1 field of `print`, or null. */
  field(label: string, name: string): Promise<string | null>;
  status(): Promise<Status>;
  close(): Promise<void>;
}

export function openWorld(below = ''): EmbeddedWorld {
  const temporary = mkdtempSync(join(tmpdir(), 'embedded-'));
  const folder = join(temporary, below);
  mkdirSync(folder, { recursive: true });
  const root = join(folder, 'world');
  // Which macOS is played is for the test to say.
  const { RECONCILE_EMBEDDED_OS: _, ...inherited } = process.env;
  const env: NodeJS.ProcessEnv = { ...inherited, RECONCILE_EMBEDDED_DIR: root };
  const gui = `gui/${process.getuid?.() ?? 0}`;

  const launchctl = (...args: readonly string[]): Promise<Answer> =>
    new Promise((resolve, reject) => {
      execFile(LAUNCHCTL, [...args], { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });

  const world: EmbeddedWorld = {
    folder,
    root,
    env,
    gui,
    launchctl,
    plist(label, keys, into = join(folder, 'plists')) {
      const path = join(into, `${label}.plist`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, writePlist(jobPlist(label, keys)), { mode: 0o644 });
      return path;
    },
    async load(label, keys) {
      const { code, stderr } = await launchctl('bootstrap', gui, world.plist(label, keys));
      if (code !== 0) throw new Error(`bootstrap ${label}: ${code}: ${stderr}`);
    },
    async field(label, name) {
      const { stdout } = await launchctl('print', `${gui}/${label}`);
      return new RegExp(`^\t${name} = (.*)$`, 'm').exec(stdout)?.[1] ?? null;
    },
    async status() {
      return JSON.parse((await launchctl('embedded-status')).stdout) as Status;
    },
    async close() {
      await launchctl('embedded-stop');
      rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return world;
}

/** A plist of these keys; nested plain objects are dictionaries. */
export function jobPlist(label: string, keys: Readonly<Record<string, PlistValue>>): PlistDict {
  return dict([['Label', label], ...Object.entries(keys)]);
}

/** A shell command as ProgramArguments. */
export function shell(script: string): readonly string[] {
  return ['/bin/sh', '-c', script];
}

/** A process that is there and no zombie. */
export function alive(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !['Z', 'X'].includes(text.slice(text.lastIndexOf(')') + 2)[0] ?? '');
  } catch {
    return false;
  }
}
