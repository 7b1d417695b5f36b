// launchctl of the embedded launchd: hands its arguments to the daemon and prints what comes back. Every millisecond here is
// paid by every call, so nothing is imported that a plain call does not need.
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { parseRelease, releaseWords } from '../launchd/releases.ts';
import {
  BEGINNINGS,
  BOOT,
  LIFE,
  NOT_NOW,
  PROCESSES,
  READY,
  RELEASE_VARIABLE,
  type Reply,
  type Request,
  SOCKET,
  SWEEP,
  worldRoot,
} from './address.ts';
import { asUser } from './asuser.ts';
import { makeFolders } from './make-folders.ts';

const argv = process.argv.slice(2);
const cwd = currentFolder();
const root = worldRoot(process.env, cwd, () => process.getBuiltinModule('node:os').homedir());
const release = process.env[RELEASE_VARIABLE] || null;
const NEWLINE = 0x0a;
const START_HINT = '`reconcile embedded boot` starts it.';
/** Starts of the daemon that may fail to answer (ended just then) before giving up. */
const MOST_STARTS = 5;

if (argv[0] === 'asuser') asUser(argv.slice(1), process.getuid?.() ?? 0, finish);
else call(0);

function call(starts: number): void {
  const obstacle = enter();
  if (obstacle !== null) {
    if (obstacle.code === 'EACCES') fail(obstacle.message);
    else absent(starts);
    return;
  }
  const socket = connect(SOCKET);
  const chunks: Buffer[] = [];
  let isConnected = false;
  socket.once('connect', () => {
    isConnected = true;
  });
  // Once connected, 'close' tells, whether it broke or ended.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (isConnected) return;
    if (error.code === 'EACCES') fail(error.message);
    else absent(starts);
  });
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    // The line is whole: to wait for the end of the stream would take another millisecond.
    if (chunk.at(-1) !== NEWLINE) return;
    socket.removeAllListeners('close');
    finish(replyIn(chunks));
  });
  socket.on('close', () => {
    if (isConnected) finish(replyIn(chunks));
  });
  const request: Request = { argv, cwd, terminal: isTerminal(), release };
  socket.write(`${JSON.stringify(request)}\n`);
}

function replyIn(chunks: readonly Buffer[]): Reply {
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Reply;
  } catch {
    // Nothing came, or half of it: it was killed.
    return { code: 118, stdout: '', stderr: 'The embedded launchd ended before it answered.\n' };
  }
}

/** Nobody listens. Questions about the embedded launchd itself do not start it. */
function absent(starts: number): void {
  const status = {
    running: false,
    pid: null,
    version: null,
    macos: null,
    folder: root,
    logged_in: false,
    asleep: false,
    on_demand_only: [],
    services: [],
    leftovers: hasLeftovers(),
  };
  const begins = BEGINNINGS.includes(argv[0] ?? '');
  if (argv[0] === 'embedded-stop' && !hasLeftovers()) finish({ code: 0, stdout: '', stderr: '' });
  else if (argv[0] === 'embedded-status')
    finish({ code: 0, stdout: `${JSON.stringify(status)}\n`, stderr: '' });
  else if (LIFE.includes(argv[0] ?? '') && !begins)
    finish({ code: NOT_NOW, stdout: '', stderr: `The embedded launchd is not running.\n${START_HINT}\n` });
  else if (release !== null && parseRelease(release) === null && argv[0] !== 'embedded-stop')
    fail(`there is no release '${release}'; ${RELEASE_VARIABLE} takes ${releaseWords()}.`);
  else if (starts >= MOST_STARTS) fail(`it does not answer; see ${root}/run/launchd.log.`);
  else startDaemon(argv[0] === 'embedded-stop' ? [SWEEP] : begins ? [BOOT] : [], () => call(starts + 1));
}

/** A daemon was killed, and its processes may go on. */
function hasLeftovers(): boolean {
  try {
    return readdirSync(`${root}/run/${PROCESSES}`).length > 0;
  } catch {
    return false;
  }
}

/** Resolves, by calling back, when a daemon says that it listens: this one, or one that was faster. */
function startDaemon(options: readonly string[], ready: () => void): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  let log: number;
  try {
    makeFolders(`${root}/run`, 0o700);
    log = openSync(`${root}/run/launchd.err`, 'a', 0o600);
  } catch (error) {
    fail((error as Error).message);
    return;
  }
  const { NODE_OPTIONS: _, ...env } = process.env;
  const daemon = spawn(process.execPath, [`${__dirname}/launchd.cjs`, '--ready-fd=3', ...options], {
    cwd: '/',
    env: { ...env, RECONCILE_EMBEDDED_DIR: root },
    stdio: ['ignore', log, log, 'pipe'],
    detached: true,
  });
  closeSync(log);
  let hasTold = false;
  const pipe = daemon.stdio[3] as Socket;
  daemon.once('error', (error) => fail(error.message));
  pipe.on('error', () => {});
  pipe.once('data', (text: Buffer) => {
    hasTold = true;
    pipe.destroy();
    daemon.unref();
    if (String(text) === READY) ready();
    else fail(String(text));
  });
  pipe.once('close', () => {
    if (!hasTold) fail(`it did not start; see ${root}/run/launchd.err.`);
  });
}

function fail(why: string): void {
  finish({ code: 118, stdout: '', stderr: `The embedded launchd cannot be reached: ${why}\n` });
}

/** Ends at once when all is written: the way through the event loop would take longer than the call. */
function finish({ code, stdout, stderr }: Reply): void {
  const isWritten = [write(1, stdout), write(2, stderr)];
  process.exitCode = code;
  if (!isWritten.includes(false)) process.exit();
}

/** Without a stream, which would take longer to make than to use. False: a stream is at it still. */
function write(file: 1 | 2, text: string): boolean {
  let rest = Buffer.from(text);
  while (rest.length > 0)
    try {
      rest = rest.subarray(writeSync(file, rest));
    } catch (error) {
      // A full pipe that does not block is left to a stream; a reader that has gone needs nothing.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return true;
      (file === 1 ? process.stdout : process.stderr).write(rest);
      return false;
    }
  return true;
}

/**
 * Into the socket's folder: its whole name may be too long for a socket. What keeps us out is told; where it is the rights of
 * somebody else's world, nobody knows whether a launchd runs there.
 */
function enter(): NodeJS.ErrnoException | null {
  try {
    process.chdir(`${root}/run`);
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

/** Only `kickstart -p` looks at it. */
function isTerminal(): boolean {
  return argv[0] === 'kickstart' && process.getBuiltinModule('node:tty').isatty(1);
}
