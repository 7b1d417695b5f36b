import { posix } from 'node:path';
import type { Draft, Entry } from './draft.ts';
import { absolutePath, expandHome } from './paths.ts';

type Stream = 'stdin' | 'stdout' | 'stderr';

const KEYS: Readonly<Record<Stream, string>> = {
  stdin: 'StandardInPath',
  stdout: 'StandardOutPath',
  stderr: 'StandardErrorPath',
};

/**
 * `working_dir`, `stdin`, `stdout`, `stderr` and `logs` → WorkingDirectory and Standard*Path. A stream with a path of its own
 * keeps it beside `logs: true`.
 */
export function compileStreams(draft: Draft): readonly Entry[] {
  const { fields, host, problems } = draft;
  const entries: Entry[] = [];
  let workingDir: string | null = null;
  if (fields.working_dir !== undefined) {
    workingDir = absolutePath(fields.working_dir, 'working_dir', host.home, problems);
    if (workingDir !== null)
      entries.push({ key: 'WorkingDirectory', value: workingDir, field: 'working_dir' });
  }
  for (const stream of ['stdin', 'stdout', 'stderr'] as const) {
    const path = fields[stream];
    if (path !== undefined) {
      const resolved = resolveStream(draft, stream, path, workingDir);
      if (resolved !== null) entries.push({ key: KEYS[stream], value: resolved, field: stream });
    } else if (fields.logs === true && stream !== 'stdin') {
      entries.push({ key: KEYS[stream], value: defaultLog(draft, stream), field: 'logs' });
    }
  }
  if (fields.logs === true) warnOfSharedLogs(draft);
  return entries;
}

function defaultLog(draft: Draft, stream: 'stdout' | 'stderr'): string {
  const file = stream === 'stdout' ? 'out.log' : 'err.log';
  return posix.join(draft.host.home, 'Library/Logs', draft.label, file);
}

function warnOfSharedLogs(draft: Draft): void {
  if (draft.fields.domain !== 'all-users') return;
  draft.problems.warn(
    'logs/one-home',
    'logs',
    `This job runs for every user, but its logs would lie in the home folder of ${draft.host.user}, where others cannot write.`,
    'Give `stdout` and `stderr` paths that every user may write to, or leave `logs` out.',
  );
}

/** A relative path belongs to the working folder of the job, as launchd itself takes it; without one, to the file's. */
function resolveStream(draft: Draft, stream: Stream, text: string, workingDir: string | null): string | null {
  const { fields, host, problems } = draft;
  const path = expandHome(text, host.home);
  const isWithin = path !== null && path !== '' && !path.startsWith('/') && fields.working_dir !== undefined;
  if (!isWithin) return absolutePath(text, stream, host.home, problems);
  // Where the working folder itself is wrong, that is told.
  return workingDir === null ? null : posix.join(workingDir, path);
}

/** The folders of the logs: launchd makes them only where it may, so that apply makes them first (facts §1). */
export function logFolders(paths: readonly unknown[]): readonly string[] {
  const folders = paths
    .filter((path): path is string => typeof path === 'string' && path.startsWith('/') && path !== '/')
    .map((path) => posix.dirname(path))
    .filter((folder) => folder !== '/' && folder !== '/dev');
  return [...new Set(folders)].sort();
}
