import type { Places } from '../model/domain.ts';
import { quoteForShell } from '../model/shell.ts';

/** How an agent was asked for. */
export interface AgentRequest {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Milliseconds; null: the default. */
  readonly intervalMs: number | null;
  /** A daemon. */
  readonly system: boolean;
}

/** What a person types, in any folder, to install that agent, or to install it anew. */
export function installCommand(
  { files, intervalMs, system }: AgentRequest,
  { systemNeedsRoot }: Pick<Places, 'systemNeedsRoot'>,
): string {
  return [
    ...(system && systemNeedsRoot ? ['sudo'] : []),
    'reconcile agent install',
    ...(system ? ['--system'] : []),
    ...files.map((file) => `--file ${quoteForShell(file)}`),
    ...(intervalMs === null ? [] : [`--interval ${intervalText(intervalMs)}`]),
  ].join(' ');
}

/** What a person types to take away the agent of that stack. */
export function uninstallCommand(stack: string): string {
  return `reconcile agent uninstall ${stack.startsWith('-') ? '-- ' : ''}${quoteForShell(stack)}`;
}

/** As `--interval` reads it. */
export function intervalText(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

/** What an installed agent was asked for, from the arguments of its plist; null: it is no agent of ours. */
export function requestOf(args: readonly unknown[], system: boolean): AgentRequest | null {
  const at = args.indexOf('watch');
  if (at === -1) return null;
  const words = args.slice(at + 1).filter((word): word is string => typeof word === 'string');
  const after = (flag: string): readonly string[] =>
    words.flatMap((word, index) => (words[index - 1] === flag ? [word] : []));
  const [, number, unit] = /^(\d+)(ms|s)$/.exec(after('--interval')[0] ?? '') ?? [];
  return {
    files: after('--file'),
    intervalMs: number === undefined ? null : Number(number) * (unit === 's' ? 1_000 : 1),
    system,
  };
}
