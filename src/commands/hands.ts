import { spawnSync } from 'node:child_process';
import type { ApplyOptions } from '../apply/apply.ts';
import type { Settings } from '../apply/work.ts';
import { ReconcileError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Event } from '../model/report.ts';
import { withRoot } from '../plan/root.ts';
import { carryOutBySides, type Hand } from '../privilege/both-sides.ts';
import { type Connection, connect } from '../privilege/connect.ts';
import { splitChange } from '../privilege/parts.ts';
import { remoteHand } from '../privilege/remote-hand.ts';
import { openRootHand, rootPorts } from '../privilege/root-hand.ts';
import { realFiles } from '../sys/files.ts';
import { rootOf } from '../sys/places.ts';
import type { Context } from './context.ts';
import { ourselves } from './sides.ts';
import type { World } from './world.ts';

export interface HandsOptions {
  readonly context: Context;
  readonly world: World;
  readonly settings: Settings;
  /** `--adopt`. */
  readonly mayAdopt: boolean;
  /** False: `--no-sudo`. */
  readonly sudo: boolean;
  readonly emit: (event: Event) => void;
}

/** Who carries out a plan: which changes go to another process, and what is left of the plan's deferrals then. */
export interface Hands {
  readonly plan: Plan;
  readonly elsewhere: ApplyOptions['elsewhere'];
  end(): Promise<void>;
}

/** Starts what this plan needs beside this process. Throws what the other side says before anything is done. */
export async function openHands(plan: Plan, options: HandsOptions): Promise<Hands> {
  const { world } = options;
  const alone: Hands = { plan, elsewhere: undefined, end: async () => {} };
  switch (world.rights) {
    case 'own':
      return alone;
    case 'user':
      return needsRoot(plan) && options.sudo ? ((await askForRoot(plan, options)) ?? alone) : alone;
    case 'root-for-user':
    case 'root-alone':
      return asRoot(plan, options);
  }
}

/** Something in this plan is root's to do, and can be done now. */
function needsRoot(plan: Plan): boolean {
  return plan.changes.some(({ deferred, actions }) => deferred === 'needs-root' && actions.length > 0);
}

async function asRoot(plan: Plan, { world, settings, mayAdopt, emit }: HandsOptions): Promise<Hands> {
  const { places, host, userSide, rights } = world;
  const uid = rights === 'root-for-user' ? host.uid : null;
  const work = { places, uid, stack: plan.stack, settings, mayAdopt };
  const root = await openRootHand(work, rootPorts(places, { ...world.ports, files: realFiles }));
  if (userSide !== null) await userSide.ask('begin', beginning(plan, settings));
  const user: Hand =
    userSide === null
      ? async () => {
          throw new Error('a user job was planned for nobody');
        }
      : remoteHand(userSide, world.ports.clock, emit);
  const hands = { root: (change: Parameters<Hand>[0]) => root(change, emit), user };
  return {
    plan,
    elsewhere: (change) => carryOutBySides(change, { places, home: host.home }, hands),
    end: async () => {},
  };
}

/** As a user: the root side by way of sudo, or null when sudo is not to be had now. */
async function askForRoot(plan: Plan, options: HandsOptions): Promise<Hands | null> {
  const { world, context, settings, mayAdopt, emit } = options;
  const connection = startRootSide(plan, context, world);
  if (connection === null) return null;
  try {
    const lockTimeoutMs = context.options.lockTimeoutMs;
    await connection.ask('begin', { ...beginning(plan, settings), lockTimeoutMs, mayAdopt });
  } catch (error) {
    await connection.end();
    if (!(error instanceof ReconcileError) || error.code !== 'side/ended') throw error;
    context.terminal.note("sudo did not start root's part; it is left for later.", 'always');
    return null;
  }
  const { places, host, ports } = world;
  const root = remoteHand(connection, ports.clock, emit);
  return {
    plan: withRoot(plan),
    elsewhere: (change, here) => {
      const hasRoot = splitChange(change, places, host.home).some(({ side }) => side === 'root');
      return hasRoot ? carryOutBySides(change, { places, home: host.home }, { root, user: here }) : null;
    },
    end: () => connection.end(),
  };
}

function beginning(plan: Plan, settings: Settings): Readonly<Record<string, unknown>> {
  return { stack: plan.stack, ...settings, lockTimeoutMs: 0 };
}

/**
 * `sudo NODE CLI root-side`. With a person at the terminal sudo asks for the password itself; without one it is started
 * only where it needs none.
 */
function startRootSide(
  plan: Plan,
  { terminal, options, env }: Context,
  { places }: World,
): Connection | null {
  const mayAsk = terminal.interactive && !options.json;
  const names = plan.changes
    .filter(({ deferred, actions }) => deferred === 'needs-root' && actions.length > 0)
    .map(({ instance, label }) => instance ?? label);
  if (mayAsk)
    terminal.note(
      `Root is needed for ${names.join(', ')}, and for nothing else: sudo may ask for your password. (Without: --no-sudo.)`,
    );
  // No environment of ours for root but what sudo itself needs; it is found as in a shell.
  const needed = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TERM', 'SUDO_ASKPASS'] as const;
  const clean = Object.fromEntries(
    needed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const])),
  );
  if (!mayAsk && spawnSync('sudo', ['-n', 'true'], { env: clean, stdio: 'ignore' }).status !== 0) {
    terminal.note(
      "sudo cannot be used here: it would ask for a password, and nobody can type it. Root's part is left for later.",
    );
    return null;
  }
  const flags = mayAsk ? ['-p', 'Password of %p, for reconcile: '] : ['-n'];
  return connect({
    program: 'sudo',
    args: [...flags, '--', process.execPath, ourselves(), 'root-side', '--root', rootOf(places)],
    env: clean,
  });
}
