import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPlan } from '../../src/apply/apply.ts';
import type { Context } from '../../src/commands/context.ts';
import type { Declaration } from '../../src/commands/declaration.ts';
import { makePlan } from '../../src/commands/planning.ts';
import { type World, withLock } from '../../src/commands/world.ts';
import { loadConfig } from '../../src/config/load.ts';
import { compileJobs } from '../../src/desired/compile.ts';
import type { Host, Places } from '../../src/model/domain.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Report } from '../../src/model/report.ts';
import { createInputs } from '../../src/sys/config-inputs.ts';
import { createConfigSource } from '../../src/sys/config-source.ts';
import { realFiles } from '../../src/sys/files.ts';
import { createHistory } from '../../src/sys/history.ts';
import { createJournal } from '../../src/sys/journal.ts';
import { createLedgerStore } from '../../src/sys/ledger.ts';
import { createNotifier } from '../../src/sys/on-event.ts';
import type { Clock, Files, Launchctl, Processes } from '../../src/sys/ports.ts';
import { realProcesses } from '../../src/sys/processes.ts';
import { createTriggers } from '../../src/sys/triggers.ts';

const uid = process.getuid?.() ?? 501;

/** launchd as a run sees it, wherever it really is. */
export interface Mac {
  readonly launchctl: Launchctl;
  readonly clock: Clock;
  readonly processes: Processes;
  /** Default: the real ones. */
  readonly files?: Files;
}

/** Where everything of a private Mac lies below a folder; the state of system jobs is apart. */
export function placesIn(folder: string): Places {
  return {
    launchd: 'system',
    launchctl: '/bin/launchctl',
    userAgents: join(folder, 'agents'),
    globalAgents: join(folder, 'global'),
    daemons: join(folder, 'daemons'),
    userState: join(folder, 'state'),
    systemState: join(folder, 'system-state'),
    systemNeedsRoot: false,
  };
}

/** Writes the declaration and makes the folders that every Mac has. */
export function prepare(folder: string, declaration: string): void {
  const { userAgents, globalAgents, daemons } = placesIn(folder);
  for (const each of [userAgents, globalAgents, daemons]) mkdirSync(each, { recursive: true });
  declare(folder, declaration);
}

export function declare(folder: string, declaration: string): void {
  writeFileSync(join(folder, 'reconcile.yaml'), declaration);
}

/** What `reconcile apply` does, from the lock to its release. */
export async function applyOnce(folder: string, mac: Mac): Promise<Report> {
  const { world, context, declaration } = open(folder, mac);
  return withLock(context, world, async () => {
    const { plan } = await makePlan(declaration, world, context, {});
    return applyPlan(plan, world.ports, () => {}, { parallelism: 1 });
  });
}

/** What `reconcile plan` does. */
export async function planOnce(folder: string, mac: Mac, refresh: 'proven' | 'full'): Promise<Plan> {
  const { world, context, declaration } = open(folder, mac);
  return (await makePlan(declaration, world, context, { refresh })).plan;
}

function open(
  folder: string,
  { launchctl, clock, processes, files = realFiles }: Mac,
): { readonly world: World; readonly context: Context; readonly declaration: Declaration } {
  const places = placesIn(folder);
  const host: Host = {
    host: 'studio',
    user: 'kim',
    uid,
    gid: 20,
    home: folder,
    os: 'macos',
    arch: 'arm64',
    env: { HOME: folder },
  };
  const path = join(folder, 'reconcile.yaml');
  const { config, diagnostics } = loadConfig([path], createConfigSource({ uid, invokingUid: null }), host);
  if (config === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  const { jobs, diagnostics: doubts } = compileJobs(config, host, places);
  if (doubts.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(doubts, null, 2));
  const ledger = createLedgerStore(places, files, uid);
  const journal = createJournal(places, files, realProcesses, uid);
  const ports = { launchctl, files, clock, processes, ledger, journal };
  const history = createHistory({
    places,
    mayChangeSystem: true,
    by: { command: 'apply', pid: process.pid },
    onLost: (why) => {
      throw new Error(why);
    },
  });
  const context = {
    options: { target: [], timeoutMs: 10_000, lockTimeoutMs: 0 },
    signal: new AbortController().signal,
    terminal: { note: () => {} },
  } as unknown as Context;
  return {
    world: {
      host,
      places,
      ports,
      rights: 'own',
      mayChangeSystem: true,
      userSide: null,
      history,
      triggers: createTriggers(places, files),
      notifier: createNotifier({ by: { command: 'apply', pid: process.pid }, env: {}, note: () => {} }),
    },
    context,
    declaration: { config, jobs, diagnostics: [], sources: {}, inputs: createInputs(), host, places },
  };
}

/** Everything that is there of files: path → mode and text, or `folder`; the entries of a ledger by label. */
export function filesIn(folder: string): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const visit = (below: string): void => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = join(below, name);
      const stat = statSync(join(folder, path));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isDirectory()) {
        found[path] = `${mode} folder`;
        visit(path);
      } else {
        const text = readFileSync(join(folder, path), 'utf8');
        found[path] = name === 'ledger.json' ? { mode, ...withoutProofs(text) } : `${mode} ${text}`;
      }
    }
  };
  visit('.');
  return found;
}

/**
 * An inode and a pid are another each time, and who did not load a job itself has no proof of it. Hashes of a plist that
 * names its folder differ too: what counts is whether they are those of the file that is there.
 */
function withoutProofs(ledger: string): Readonly<Record<string, unknown>> {
  const { entries } = JSON.parse(ledger) as { entries: readonly LedgerEntry[] };
  return Object.fromEntries(
    entries.map((entry) => {
      const { '["StandardOutPath"]': log, ...applied } = entry.applied;
      const there = existsSync(entry.path) && sha256(readFileSync(entry.path)) === entry.fileHash;
      return [entry.label, { ...entry, proof: null, fileHash: there, applied, logs: log !== undefined }];
    }),
  );
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
