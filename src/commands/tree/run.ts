import type { Command as Commander } from 'commander';
import type { Command } from '../context.ts';

/** Runs one command: loads it lazily, gives it its arguments. Made by cli.ts, which alone prints and exits. */
export type Run = <Arguments>(
  name: string,
  load: () => Promise<Command<Arguments>>,
  args: Arguments,
  options: RawOptions,
) => Promise<void>;

/** What an action does with what was typed after its command's name: the rest is told by the command itself. */
export type Act = <Arguments>(
  command: Commander,
  load: () => Promise<Command<Arguments>>,
  args: Arguments,
) => Promise<void>;

/** Common options as commander collects them; cli.ts turns them into CommonOptions. */
export interface RawOptions {
  readonly file?: readonly string[];
  readonly target?: readonly string[];
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly input?: boolean;
  readonly color?: 'auto' | 'always' | 'never';
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly timeout?: number;
  readonly lockTimeout?: number;
  readonly launchd?: string;
  readonly launchctl?: string;
  readonly root?: string;
  readonly user?: string;
  readonly as?: string;
}

/** The options given after the command's name, then those before it; repeatable ones add up, defaults come last. */
export function allOptions(command: Commander): RawOptions {
  const merged: Record<string, unknown> = {};
  const defaults: Record<string, unknown> = {};
  for (let at: Commander | null = command; at !== null; at = at.parent)
    for (const [name, value] of Object.entries(at.opts())) {
      if (at.getOptionValueSource(name) === 'default') defaults[name] ??= value;
      else if (Array.isArray(value)) merged[name] = [...value, ...((merged[name] as unknown[]) ?? [])];
      else merged[name] ??= value;
    }
  return { ...defaults, ...merged };
}

/** As typed, without the program's own name: `plan`, `embedded stop`. */
function typedName(command: Commander): string {
  const { parent } = command;
  return parent?.parent ? `${typedName(parent)} ${command.name()}` : command.name();
}

/** How every action of the tree runs its command. */
export function actWith(run: Run): Act {
  return (command, load, args) => run(typedName(command), load, args, allOptions(command));
}
