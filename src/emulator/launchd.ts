// The daemon of the embedded launchd. Started by its launchctl when needed; ends with `launchctl embedded-stop` or SIGTERM.
import { closeSync, existsSync, rmSync, watch, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseRelease } from '../launchd/releases.ts';
import { systemAccounts } from './accounts.ts';
import {
  BOOT,
  LIFE,
  PROCESSES,
  READY,
  RELEASE_VARIABLE,
  type Reply,
  type Request,
  SOCKET,
  SWEEP,
  worldRoot,
} from './address.ts';
import { bootSystem, logIn, type PassedOver } from './boot.ts';
import { systemClock } from './clock.ts';
import { DEFAULT_RELEASE, type Dialect, dialectOf } from './dialect.ts';
import { systemDisk } from './disk.ts';
import { DEFAULT_FIDELITY } from './fidelity.ts';
import type { Launchd } from './launchd-state.ts';
import { endGroup, endLeftovers, endStrays } from './leftovers.ts';
import { lifeVerbs } from './life.ts';
import { takeLock } from './lock.ts';
import { openLog } from './log.ts';
import { toldMounts } from './mounts.ts';
import { fileOverrides } from './overrides.ts';
import { followOwner, OWNER, removeAbandoned } from './owner.ts';
import { systemPaths } from './path-watch.ts';
import { openProcessTable, type ProcessTable } from './process-table.ts';
import { complaint, SILENT } from './reply.ts';
import { serve } from './server.ts';
import { createSession } from './session.ts';
import { systemSockets } from './sockets/open.ts';
import { systemSpawner } from './spawner.ts';
import { describeStatus } from './status.ts';
import { createSupervisor } from './supervisor.ts';
import { inTurns } from './turns.ts';
import { runVerb } from './verbs.ts';
import { makeWorld, type World, worldAt } from './world.ts';

declare const RECONCILE_VERSION: string;

const LOG = 'launchd.log';
/** Audit session of the one graphical login of this world. */
const ASID = 100_001;
/** How long callers may take to read their answers when the daemon ends. */
const LAST_ANSWERS_MS = 2000;
/** How often a second daemon looks whether the first one answers or has gone. */
const LOOK_EVERY_MS = 25;

async function main(): Promise<void> {
  const world = worldAt(worldRoot(process.env, process.cwd(), homedir));
  makeWorld(world);
  // From here on the socket has a short name; see address.ts.
  process.chdir(world.run);
  process.umask(0o022);
  const isOne = await beTheOne(world);
  if (isOne && process.argv.includes(SWEEP)) await sweep(world);
  else if (isOne) await run(world);
  if (!isOne) tellReady();
}

/** Ends what a killed daemon has left, and loads nothing: `embedded-stop` without a daemon. */
async function sweep(world: World): Promise<void> {
  const log = openLog(join(world.run, LOG));
  await endFormerLife(world, openProcessTable(join(world.run, PROCESSES)), log);
  tellReady();
}

/** What a killed daemon has left: its processes, and what those have started in sessions of their own. */
async function endFormerLife(world: World, table: ProcessTable, log: (line: string) => void): Promise<void> {
  await endLeftovers(table, log);
  await endStrays(world.temporary, log);
}

/** True: the lock is ours. False: another daemon answers already. */
async function beTheOne(world: World): Promise<boolean> {
  for (;;) {
    if (takeLock(world.run).taken) return true;
    if (await answers()) return false;
    await pause(LOOK_EVERY_MS);
  }
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(SOCKET);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function run(world: World): Promise<void> {
  const began = performance.now();
  const log = openLog(join(world.run, LOG));
  log(`launchd ${process.pid} begins in ${world.root}`);
  const table = openProcessTable(join(world.run, PROCESSES));
  const accounts = systemAccounts(process.env, world.temporary);
  const dialect = dialectOf(parseRelease(process.env[RELEASE_VARIABLE] ?? '') ?? DEFAULT_RELEASE);
  const session = createSession();
  const spawner = systemSpawner(accounts, table, { dialect, session }, log);
  const fidelity = DEFAULT_FIDELITY;
  const mounts = toldMounts();
  const launchd: Launchd = {
    supervisor: createSupervisor({
      clock: systemClock,
      spawner: inTurns(spawner),
      paths: systemPaths(log),
      mounts,
      sockets: systemSockets,
      fidelity,
      log,
    }),
    overrides: fileOverrides(world.db, log),
    disk: systemDisk,
    accounts,
    fidelity,
    dialect,
    session,
    login: { isThere: false },
    asid: ASID,
    get bringUpMs() {
      return bringUpMs;
    },
    pid: process.pid,
    version: RECONCILE_VERSION,
    log,
  };
  let bringUpMs = 0;
  const isBoot = process.argv.includes(BOOT);
  let bootPassedOver: readonly PassedOver[] | null = null;
  const live = lifeVerbs(launchd, {
    world,
    mounts,
    takeBoot() {
      const taken = bootPassedOver;
      bootPassedOver = null;
      return taken;
    },
  });

  const owner = process.env[OWNER];
  let isAbandoned = false;
  let ending: Promise<void> | null = null;
  const end = (): Promise<void> => {
    ending ??= shutdown();
    return ending;
  };
  async function shutdown(): Promise<void> {
    log('ending: all jobs are booted out');
    const answered = new Promise((resolve) => server.close(resolve));
    await booted;
    await new Promise<void>((resolve) => launchd.supervisor.shutdown(resolve));
    await Promise.all(spawner.groups().map((group) => endGroup(group, 1, log)));
    await endStrays(world.temporary, log);
    table.clear();
    if (owner && isAbandoned) removeAbandoned(owner, world.root);
    log('ended');
    // The last answers go out first; who does not take them is not waited for.
    void Promise.race([answered, pause(LAST_ANSWERS_MS)]).then(() => process.exit(0));
  }

  async function answer(request: Request): Promise<Reply> {
    await booted;
    const otherwise = mismatch(request, dialect);
    switch (request.argv[0]) {
      case 'embedded-stop':
        await end();
        return SILENT;
      case 'embedded-status':
        return { code: 0, stdout: describeStatus(launchd, world.root), stderr: '' };
      default:
        if (otherwise !== null) return otherwise;
        return LIFE.includes(request.argv[0] ?? '') ? live(request) : runVerb(launchd, request);
    }
  }

  const maker = owner ? await followOwner(owner) : null;
  if (owner && maker === null) {
    removeAbandoned(owner, world.root);
    tellFront('this world has ended with whoever made it.');
    process.exit(1);
  }
  rmSync(SOCKET, { force: true });
  const server = await serve(SOCKET, answer, log);
  const booted = endFormerLife(world, table, log).then(() => {
    const passedOver = bootSystem(launchd, world);
    // Whoever only asks a question finds a machine that somebody uses.
    if (isBoot) bootPassedOver = passedOver;
    else logIn(launchd, world);
    bringUpMs = Math.round(performance.now() - began);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end());
  process.on('SIGHUP', () => log('SIGHUP is ignored'));
  // Without its socket nobody could ever reach or end it again: somebody has removed this world.
  watch(world.run, (_event, name) => {
    if (name === SOCKET && !existsSync(SOCKET)) void end();
  });
  void maker?.gone.then(() => {
    log('whoever made this world has gone');
    isAbandoned = true;
    return end();
  });
  tellReady();
  await booted;
}

/** The caller asks for another release than the one that this daemon speaks since it began. */
function mismatch({ release }: Request, dialect: Dialect): Reply | null {
  if (release === null || release === String(dialect.release)) return null;
  return complaint(
    118,
    `This embedded launchd speaks as macOS ${dialect.release} since it was started, and ${RELEASE_VARIABLE} says ${release}.`,
    `Unset ${RELEASE_VARIABLE}, or end it with \`launchctl embedded-stop\`: the next call starts it anew.`,
  );
}

/** Lets the front end that started this process go on. */
function tellReady(): void {
  tellFront(READY);
}

/** Anything but READY is why it does not start. */
function tellFront(text: string): void {
  const option = process.argv.find((arg) => arg.startsWith('--ready-fd='));
  if (option === undefined) return;
  const file = Number(option.slice(11));
  try {
    writeSync(file, text);
    closeSync(file);
  } catch {
    // It did not wait for us.
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  tellFront(`it cannot start: ${error.message}.`);
  process.exit(1);
});
