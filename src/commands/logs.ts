import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { AGENT_STACK } from '../model/agent.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { PlistDict } from '../model/plist.ts';
import { follow, readTail, TAIL_LIMIT } from '../sys/tail.ts';
import { agentLog } from './agent-job.ts';
import type { Command } from './context.ts';
import { printDocument } from './document.ts';
import { observeNamed } from './subject.ts';
import { openWorld } from './world.ts';

const DEFAULT_LINES = 20;

/** Standard output and error of the plist, resolved, each file once. */
function logFiles(plist: PlistDict): readonly string[] {
  const { WorkingDirectory, StandardOutPath, StandardErrorPath } = plist.entries;
  const folder = typeof WorkingDirectory === 'string' ? WorkingDirectory : '/';
  const paths = [StandardOutPath, StandardErrorPath].filter((path) => typeof path === 'string');
  return [...new Set(paths.map((path) => posix.resolve(folder, path)))].filter(
    (path) => path !== '/dev/null',
  );
}

const notThere = (path: string): string => `${path} is not there yet: the job has written nothing.`;
const noFile = (path: string): string =>
  `${path} is no file: what the job writes to it is not kept, and cannot be shown.`;

/** Shows a job's own output; with `--follow` it goes on until Ctrl-C, or until nobody reads it. */
export const logs: Command<{
  readonly name: string;
  readonly follow?: boolean;
  readonly lines?: number;
}> = async (args, context) => {
  const { terminal, options, signal } = context;
  const world = openWorld(context);
  const { subject, job, stack } = await observeNamed(args.name, context, world);
  const plist = subject.found?.plist ?? job?.plist ?? null;
  // What an agent does stands in a log of its own.
  const own = stack === AGENT_STACK && subject.instance !== null ? [agentLog(world, subject.instance)] : [];
  const files = [...own, ...(plist === null ? [] : logFiles(plist))];
  if (files.length === 0)
    throw new ReconcileError('logs/none', `${subject.label} writes no log: none is declared.`, {
      hint: 'Give it `logs: true`, or `stdout:` and `stderr:`, then run `reconcile apply`.',
      exitCode: EXIT.failed,
    });
  const tails = await Promise.all(
    files.map(async (path) => ({ path, tail: await readTail(path, args.lines ?? DEFAULT_LINES) })),
  );
  if (options.json && args.follow !== true) {
    const body = tails.map(({ path, tail }) => ({ path, text: tail?.text ?? null }));
    printDocument(context, EXIT.ok, { label: subject.label, logs: body });
    return EXIT.ok;
  }
  const say = (path: string, text: string): void => {
    if (options.json) {
      terminal.out(JSON.stringify({ path, text }));
      return;
    }
    // What was said last may end within a line.
    if (files.length > 1 && path !== last.path)
      terminal.out(`${last.path === '' ? '' : last.text.endsWith('\n') ? '\n' : '\n\n'}==> ${path} <==`);
    last = { path, text };
    terminal.raw(text);
  };
  for (const { path, tail } of tails)
    if (tail?.cut)
      terminal.note(`${path} has very long lines: only its last ${TAIL_LIMIT / 1024 / 1024} MiB are shown.`);
  let last = { path: '', text: '' };
  const isSilent = tails.every(({ tail }) => tail === null || tail.text === '');
  for (const { path, tail } of tails) {
    if (tail === null) terminal.note(existsSync(path) ? noFile(path) : notThere(path));
    else if (tail.text !== '') say(path, tail.text);
    else if (isSilent) terminal.note(`${path} is empty: the job has written nothing to it.`);
  }
  if (args.follow !== true) return EXIT.ok;
  const end = AbortSignal.any([signal, terminal.closed]);
  await Promise.all(
    tails.map(({ path, tail }) => follow(path, tail?.size ?? 0, (text) => say(path, text), end)),
  );
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
};
