import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { CallResult } from '../../src/sys/ports.ts';
import { applyOnce } from './kill-run.ts';

/**
 * A program of its own: one apply against a launchd that lives in the process that started it, so that this one can be
 * killed for real. `kill-harness FOLDER POINT`: just before its POINT-th effect, or in the middle of writing a file, it
 * sends itself SIGKILL. With POINT 0 it ends by itself and tells how many effects it had, and what they were.
 */

/** What the launchd next door is asked, and what it answers. */
export type Question =
  | {
      readonly ask: 'call';
      readonly args: readonly string[];
      readonly options: { readonly timeoutMs?: number };
    }
  | { readonly ask: 'pause'; readonly ms: number }
  | { readonly ask: 'done'; readonly points: readonly string[]; readonly outcomes: readonly string[] };
export interface Reply {
  readonly result: CallResult | null;
  readonly now: number;
  readonly living: readonly number[];
}

const [, , folder = '', point = '0'] = process.argv;
const killAt = Number(point);
const points: string[] = [];

function reach(what: string): void {
  points.push(what);
  if (points.length === killAt) process.kill(process.pid, 'SIGKILL');
}

interface Handle {
  writeFile(content: unknown): Promise<void>;
  chmod(mode: number): Promise<void>;
  sync(): Promise<void>;
}
type Call = (...args: unknown[]) => Promise<unknown>;

/** Every call of Node that changes the file system, as our own code imports them. */
const node = createRequire(import.meta.url)('node:fs/promises') as Record<string, Call>;
for (const name of ['mkdir', 'rename', 'unlink', 'chmod'] as const) {
  const original = node[name] as Call;
  node[name] = async (...args) => {
    reach(`${name} ${String(args.at(name === 'rename' ? 1 : 0))}`);
    return original(...args);
  };
}
const open = node['open'] as Call;
node['open'] = async (...args) => {
  const writes = args[1] === 'wx';
  if (writes) reach(`open ${String(args[0])}`);
  const handle = (await open(...args)) as Handle;
  watch(handle, String(args[0]));
  return handle;
};
syncBuiltinESMExports();

function watch(handle: Handle, path: string): void {
  const { writeFile, chmod, sync } = handle;
  handle.writeFile = async (content) => {
    reach(`write ${path}`);
    if (points.length + 1 === killAt) await writeFile.call(handle, String(content).slice(0, 100));
    reach(`half ${path}`);
    return writeFile.call(handle, content);
  };
  handle.chmod = async (mode) => {
    reach(`fchmod ${path}`);
    return chmod.call(handle, mode);
  };
  handle.sync = async () => {
    reach(`fsync ${path}`);
    return sync.call(handle);
  };
}

let now = 0;
let living: ReadonlySet<number> = new Set();

/** One question at a time is under way. */
async function ask(question: Question): Promise<CallResult | null> {
  const reply = await new Promise<Reply>((resolve) => {
    process.once('message', (message) => resolve(message as Reply));
    process.send?.(question);
  });
  now = reply.now;
  living = new Set(reply.living);
  return reply.result;
}

let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work);
  last = next.catch(() => {});
  return next;
}

const report = await applyOnce(folder, {
  launchctl: {
    async call(args, { timeoutMs } = {}) {
      if (!args[0]?.startsWith('print')) reach(`launchctl ${args.join(' ')}`);
      const result = await inTurn(() =>
        ask({ ask: 'call', args, options: timeoutMs === undefined ? {} : { timeoutMs } }),
      );
      if (result === null) throw new Error('no answer');
      return result;
    },
  },
  clock: {
    now: () => now,
    pause: async (ms) => void (await inTurn(() => ask({ ask: 'pause', ms }))),
  },
  processes: { alive: (pid) => living.has(pid), ancestry: async () => [process.pid] },
});
reach('the end');
await inTurn(() => ask({ ask: 'done', points, outcomes: report.results.map(({ outcome }) => outcome) }));
process.disconnect();
