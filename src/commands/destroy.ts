import { EXIT, ReconcileError } from '../model/errors.ts';
import { observe } from '../observe/observe.ts';
import { planChanges } from '../plan/plan.ts';
import { endOfLoop } from './agents.ts';
import type { Command } from './context.ts';
import { loadDeclaration, noteDiagnostics, noteFile, withoutNotes } from './declaration.ts';
import { executePlan } from './execution.ts';
import { runningLoop } from './loop-files.ts';
import { forCaller, isPending, planOptions } from './planning.ts';
import { withUnfinished } from './unfinished.ts';
import { openWorld, type World, withLock } from './world.ts';

/** Takes away all that is ours of this stack: a plan with no jobs. */
export const destroy: Command<{ readonly sudo?: boolean; readonly detachSelf?: boolean }> = async (
  args,
  context,
) => {
  const { terminal, options } = context;
  const declaration = loadDeclaration(context);
  noteFile(context, declaration);
  noteDiagnostics(context, withoutNotes(declaration.diagnostics), declaration.sources);
  const world = openWorld(context);
  world.notifier.use(declaration.config.onEvent ?? null);
  await refuseBesideLoop(world, declaration.config.name);
  return withLock(context, world, async () => {
    const { host, places, ports } = world;
    const stack = declaration.config.name;
    const unfinished = (await ports.journal.read()).filter((each) => each.stack === stack);
    const seen = await observe(ports, {
      jobs: [],
      places,
      uid: host.uid,
      stack,
      refresh: 'full',
      mayChangeSystem: world.mayChangeSystem,
      signal: context.signal,
    });
    const observed = withUnfinished(seen, unfinished);
    const nothing = { ...declaration.config, declares_instances: true, moved: [] };
    const all = planChanges(
      [],
      observed,
      planOptions(world, nothing, options.target, { prune: true, allowEmpty: true, releaseHeld: true }),
    );
    const plan = await forCaller(all, observed, world);
    if (!isPending(plan) && !options.json) {
      terminal.out(`Nothing to destroy: no job here belongs to the stack "${stack}".`);
      return EXIT.ok;
    }
    return executePlan(plan, {
      context,
      world,
      confirm: 'Delete all of this, for good?',
      removed: 'destroyed on request',
      sudo: args.sudo ?? true,
      ...(args.detachSelf === true ? { detachSelf: destroyAgain(args.sudo) } : {}),
    });
  });
};

/** A loop would make all of it anew within its next round. */
async function refuseBesideLoop(world: World, stack: string): Promise<void> {
  const pid = await runningLoop(world, stack);
  if (pid === null) return;
  const end = await endOfLoop(world, stack, pid);
  void world.userSide?.end();
  throw new ReconcileError(
    'watch/running',
    `A loop over the stack ${stack} runs (process ${pid}): it would make anew what is destroyed.`,
    {
      hint: `End it first: ${end}`,
      exitCode: EXIT.locked,
    },
  );
}

const destroyAgain =
  (sudo: boolean | undefined) =>
  (label: string): readonly string[] => [
    'destroy',
    '--target',
    label,
    ...(sudo === false ? ['--no-sudo'] : []),
  ];
