import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { applyPlan } from '../apply/apply.ts';
import { endOfLog } from '../apply/job-log.ts';
import { createAsking } from '../loop/asking.ts';
import { type FileReading, type LoopMeans, runLoop, type Seen, type Trouble } from '../loop/loop.ts';
import type { LoopStore } from '../loop/store.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import type { Told } from '../model/loop.ts';
import type { Plan } from '../model/plan.ts';
import type { Event } from '../model/report.ts';
import { createMemory } from '../observe/memory.ts';
import { happeningOf } from '../report/happening.ts';
import { findAccount } from '../sys/accounts.ts';
import { inputFolders } from '../sys/config-inputs.ts';
import { findFiles } from '../sys/find-file.ts';
import { launchctlCommand } from '../sys/places.ts';
import { createWaker, type Matters } from '../sys/wake.ts';
import { installCommand } from './agent-command.ts';
import type { Command, Context } from './context.ts';
import { loadDeclaration } from './declaration.ts';
import { explainFailure } from './failure.ts';
import { openHands } from './hands.ts';
import { askHealthOf } from './health.ts';
import { loopStoreOf, sweepLoopFiles } from './loop-files.ts';
import { makePlan } from './planning.ts';
import { type Alone, beAlone } from './watch-alone.ts';
import { createFileReader, type Minded, type WatchedFile } from './watch-file.ts';
import { decisionOf, isGivingUp } from './watch-history.ts';
import { createTeller, type Teller } from './watch-tell.ts';
import { openWorld, type World, withLock } from './world.ts';

export interface WatchArguments {
  /** Milliseconds. */
  readonly interval?: number;
  readonly log?: string;
  readonly rounds?: number;
  /** The one stack that it minds; unset: that of the first good file. */
  readonly stack?: string;
}

const DEFAULT_INTERVAL_MS = 10_000;
/** So long a round waits for the answers of jobs that are asked how they are; later ones are heard in a later round. */
const PATIENCE_MS = 1_000;
/** Between two rounds, however much changes meanwhile. */
const LEAST_MS = 1_000;

/** Keeps launchd equal to the file: the same observe, plan and apply, again and again (docs/design/loop.md). */
export const watch: Command<WatchArguments> = async (args, asked) => {
  const context = whileHeard(withFiles(asked), args);
  const world = openWorld(context);
  refuseForUser(world);
  const intervalMs = args.interval ?? DEFAULT_INTERVAL_MS;
  const { signal, cwd } = context;
  const waker = createWaker();
  const file = createFileReader(
    () => loadDeclaration(context),
    () => performance.now(),
    minded(args, context, world),
  );
  const teller = await createTeller(context, {
    log: args.log === undefined ? null : resolve(cwd, args.log),
    sources: file.sources,
  });
  const started = { event: 'started', stack: null, intervalMs, pid: process.pid } as const;
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  signal.addEventListener('abort', () => ended.abort(), { once: true });
  let alone: Alone | null = null;
  let rounds = 0;
  let why: string | null = null;
  try {
    teller.tell({ ...started, file: context.options.file.join(', '), at: Date.now() });
    const wait = (ms: number): Promise<void> => {
      waker.watch(foldersToWatch(world, file.inputs()));
      return waker.wait(ms, Math.min(LEAST_MS, intervalMs), signal);
    };
    const begin = async (stack: string): Promise<LoopStore> => {
      await sweepLoopFiles(world, stack);
      const store = loopStoreOf(world, stack);
      await teller.noteIn(store, context.options.file);
      return store;
    };
    let store: LoopStore | null = null;
    if (args.stack !== undefined) {
      // Who knows its stack tells that there is no good file where `agent status` reads it.
      alone = await beAlone(world, args.stack, signal);
      store = await begin(args.stack);
    }
    const first = await firstGoodFile(file.read, teller, wait, { signal, intervalMs, store });
    if (first !== null) {
      alone ??= await beAlone(world, first.stack, signal);
      store ??= await begin(first.stack);
      const { state, damaged } = await store.read();
      if (damaged)
        context.terminal.note(
          'warning: What the loop remembered from before cannot be trusted; it counts anew.',
          'always',
        );
      const { stack } = first;
      const around = { file: file.read, stack, store, teller, wait, alone, ended: ended.signal };
      const means = meansOf(context, world, around);
      const { rounds: most } = args;
      rounds = await runLoop(means, state, {
        intervalMs,
        whole: context.options.target.length === 0,
        signal,
        ...(most === undefined ? {} : { rounds: most }),
      });
    }
  } catch (error) {
    why = explainFailure(error).diagnostics[0]?.code ?? 'failed';
    throw error;
  } finally {
    ended.abort();
    waker.close();
    teller.tell({ event: 'stopped', why: why ?? whyEnded(signal), rounds, at: Date.now() });
    await teller.end();
    await world.history.settled();
    await alone?.release();
  }
  return endCode(signal);
};

/** Only an agent is told its stack, so that an edit of the file never makes it another's. */
function minded({ stack, interval }: WatchArguments, { options }: Context, world: World): Minded | null {
  if (stack === undefined) return null;
  const request = {
    files: options.file,
    intervalMs: interval ?? null,
    system: world.rights === 'root-alone',
  };
  return { stack, instead: installCommand(request, world.places) };
}

/** Why a loop ends that nobody listens to. */
const UNHEARD = 'nobody reads it';

/** Asked to end by SIGTERM, it did what it was asked for. */
function endCode({ aborted, reason }: AbortSignal): ExitCode {
  return aborted && reason !== 'SIGTERM' && reason !== UNHEARD ? EXIT.interrupted : EXIT.ok;
}

function whyEnded({ aborted, reason }: AbortSignal): string {
  if (!aborted) return 'done';
  return reason === 'SIGINT' ? 'Ctrl-C' : typeof reason === 'string' ? reason : 'interrupted';
}

/** What goes to nobody any more ends quietly, as everywhere; what goes to a full disk, or to a log, goes on. */
function whileHeard(context: Context, { log }: WatchArguments): Context {
  if (log !== undefined) return context;
  const { closed } = context.terminal;
  const gone = new AbortController();
  const check = (): void => {
    if (closed.reason === 'EPIPE') gone.abort(UNHEARD);
  };
  closed.addEventListener('abort', check, { once: true });
  return { ...context, signal: AbortSignal.any([context.signal, gone.signal]) };
}

/** The files are found once: where the loop runs does not change. */
function withFiles(asked: Context): Context {
  const { options, cwd, env } = asked;
  const file = findFiles(options.file, cwd, env['HOME'] ?? '/', env);
  if (file.includes('-'))
    throw new ReconcileError(
      'watch/stdin',
      'Standard input can be read once only, so it cannot be watched.',
      {
        hint: 'Name a file with -f.',
        exitCode: EXIT.usage,
      },
    );
  return { ...asked, options: { ...options, file } };
}

/** Root's loop would have to start a process of the user for every round. */
function refuseForUser({ rights, host, userSide }: World): void {
  if (rights !== 'root-for-user') return;
  void userSide?.end();
  throw new ReconcileError(
    'watch/root-for-user',
    `As root the loop watches the jobs of the system, not those of ${host.user}.`,
    {
      hint: `Run \`reconcile watch\` as ${host.user}; for the system's own jobs: sudo reconcile watch --user root`,
      exitCode: EXIT.usage,
    },
  );
}

/** Until there is a valid file there is nothing to go by. Null: ended before. */
async function firstGoodFile(
  read: () => FileReading<WatchedFile>,
  teller: Teller,
  wait: (ms: number) => Promise<void>,
  {
    signal,
    intervalMs,
    store,
  }: { readonly signal: AbortSignal; readonly intervalMs: number; readonly store: LoopStore | null },
): Promise<WatchedFile | null> {
  let said: unknown = null;
  while (!signal.aborted) {
    const reading = read();
    await store?.beat();
    if (reading.state === 'good') return reading.declared;
    if (reading.state === 'invalid' && reading.diagnostics !== said) {
      said = reading.diagnostics;
      teller.tell({
        event: 'file-invalid',
        diagnostics: reading.diagnostics,
        keeps: false,
        at: Date.now(),
      });
    }
    await wait(reading.state === 'changing' ? 100 : intervalMs);
  }
  return null;
}

function foldersToWatch(
  { places }: World,
  inputs: Parameters<typeof inputFolders>[0],
): ReadonlyMap<string, Matters> {
  const isPlist: Matters = (name) => name.endsWith('.plist');
  const folders = new Map(inputFolders(inputs));
  for (const folder of [places.userAgents, places.globalAgents, places.daemons]) {
    const also = folders.get(folder);
    folders.set(folder, also === undefined ? isPlist : (name) => isPlist(name) || also(name));
  }
  return folders;
}

interface Around {
  readonly file: () => FileReading<WatchedFile>;
  readonly stack: string;
  readonly store: LoopStore;
  readonly teller: Teller;
  readonly wait: Waiting;
  /** Aborted when the loop ends, for whatever cause: nobody hears an answer any more. */
  readonly ended: AbortSignal;
  readonly alone: Alone;
}

type Waiting = (ms: number) => Promise<void>;

function meansOf(
  context: Context,
  world: World,
  { file, stack, store, teller, wait, alone, ended }: Around,
): LoopMeans<WatchedFile> {
  const { options, signal } = context;
  const { ports, host } = world;
  const memory = createMemory(Date.now);
  const ask = askHealthOf(world);
  let hasLooked = false;
  let plists: ReadonlyMap<string, string> = new Map();

  async function look({ declaration }: WatchedFile, closely: ReadonlySet<string>): Promise<Seen> {
    const seen = await makePlan(declaration, world, context, {}, { memory, closely });
    plists = new Map(seen.plan.changes.map(({ label, plist }) => [label, plist]));
    hasLooked = true;
    return seen;
  }

  return {
    now: Date.now,
    readFile: file,
    look,
    mend: (declared, closely, choose) =>
      withLock(context, world, async () => {
        // Another loop that has come up meanwhile does nothing before we let go of this lock; and we nothing after it came.
        await alone.stay();
        const seen = await look(declared, closely);
        const plan = { ...seen.plan, changes: await choose(seen) };
        const settings = { timeoutMs: options.timeoutMs, launchctlCommand: launchctlCommand(world.places) };
        const emit = historian(plan, world);
        const hands = await openHands(plan, {
          context,
          world,
          settings,
          mayAdopt: false,
          sudo: false,
          emit,
        });
        try {
          const report = await applyPlan(hands.plan, ports, emit, {
            signal,
            ...settings,
            // How it goes on is seen in the next round.
            settleMs: 0,
            ...(hands.elsewhere === undefined ? {} : { elsewhere: hands.elsewhere }),
          });
          return { changes: hands.plan.changes, report };
        } finally {
          await hands.end();
          memory.services.clear();
        }
      }),
    async stayAlone() {
      await alone.stay();
      return alone.wasRemoved();
    },
    takeTold: () => store.takeTold(),
    saveState: (state) => store.save(state),
    async beat() {
      if (!(await store.beat())) teller.noteAgain();
    },
    asking: createAsking(
      async ({ healthcheck, domain }) =>
        healthcheck === undefined ? { outcome: 'passed' } : ask(healthcheck, domain, ended),
      (over) => ports.clock.pause(PATIENCE_MS, over),
    ),
    endOfLog: (plist) => endOfLog(plist, ports.files),
    uid: world.rights === 'root-alone' ? 0 : host.uid,
    nameOfUser: (uid) => findAccount(uid)?.name ?? null,
    wait,
    emit(event: Told) {
      teller.tell(event);
      const decision = decisionOf(event, stack, (label) => plists.get(label) ?? '');
      if (decision !== null) world.history.add(decision);
    },
    explain: (error) => explain(error, hasLooked),
  };
}

/** Every end of a change goes into the history as it comes. */
function historian({ stack, changes }: Plan, { history }: World): (event: Event) => void {
  const planned = new Map(changes.map((change) => [`${change.domain}/${change.label}`, change]));
  return (event) => {
    if (event.event !== 'change-finished') return;
    const change = planned.get(`${event.domain}/${event.label}`);
    if (change === undefined || isGivingUp(change)) return;
    const happening = happeningOf(change, event.result, stack);
    // Without a reason of the plan it is a restart, and nobody asked for it.
    const reason = change.reasons.length === 0 ? 'its health check failed' : happening?.reason;
    if (happening !== null && reason !== undefined) history.add({ ...happening, reason });
  };
}

/** What is wrong with the command line ends the loop at its start, and another loop at any time; all else may pass. */
function explain(error: unknown, hasLooked: boolean): Trouble {
  const { diagnostics, exitCode } = explainFailure(error);
  const [first] = diagnostics;
  if ((exitCode === EXIT.usage && !hasLooked) || first?.code === 'watch/running') throw error;
  const { code, message, hint } = first ?? { code: 'internal', message: String(error) };
  return { code, message, hint: hint ?? null, quiet: code === 'lock/held' || code === 'interrupted' };
}
