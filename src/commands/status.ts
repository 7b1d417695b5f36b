import type { Diagnostic } from '../model/diagnostic.ts';
import { EXIT, type ExitCode } from '../model/errors.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { JobStatus } from '../model/status.ts';
import { observeLeftovers } from '../observe/leftovers.ts';
import { stuckJobs, withAskedSockets } from '../plan/leftovers.ts';
import { judgeStatus } from '../plan/verdict.ts';
import { statusToJson } from '../report/status-json.ts';
import { renderJobStatus, renderStatus } from '../report/status-text.ts';
import { lookAtAgents } from './agent-state.ts';
import { findAgent } from './agents.ts';
import type { Command, Context } from './context.ts';
import { loadDeclaration, noteDiagnostics, withoutNotes } from './declaration.ts';
import { formatDocument } from './document.ts';
import { observeHealth } from './health.ts';
import { resolveName } from './names.ts';
import { isPending, makePlan } from './planning.ts';
import { openWorld, type World } from './world.ts';

/** How the jobs are doing: observe and plan, rendered another way. Asks launchd for every job. */
export const status: Command<{
  readonly name: string | undefined;
  readonly detailedExitcode?: boolean;
}> = async (args, context) => {
  const { terminal, options } = context;
  const world = openWorld(context);
  const agent = args.name === undefined ? null : await findAgent(args.name, context, world);
  if (agent !== null) return agentJobStatus(agent, context, world);
  const declaration = loadDeclaration(context);
  const { observed, plan, preflights } = await makePlan(declaration, world, context, {
    refresh: 'full',
  });
  // Nobody waits for the answers of other jobs than the one that is meant, or reads what is wrong with them.
  const named =
    args.name === undefined ? null : resolveName(args.name, judgeStatus(declaration.jobs, observed, plan));
  const isShown = ({ label, domain }: Pick<JobStatus, 'label' | 'domain'>): boolean =>
    named === null || (label === named.label && domain === named.domain);
  const elsewhere = new Set(
    declaration.jobs.filter((job) => !isShown(job)).map(({ place }) => placeText(place)),
  );
  const diagnostics = plan.diagnostics.filter((each) => !elsewhere.has(placeText(each)));
  // What keeps a job from being started, is in its way, or that it is disabled, stands in its own row; of the others, `plan`
  // tells what they will need.
  const notes = withoutNotes(diagnostics).filter(
    ({ code }) => !/^(?:preflight|leftover)\//.test(code) && !['job/disabled', 'port/in-use'].includes(code),
  );
  noteDiagnostics(context, notes, declaration.sources);
  const shown = declaration.jobs.filter((job) => !job.excluded && isShown(job));
  const healths = await observeHealth(shown, observed, world, context.signal);
  const leftovers = await observeLeftovers({
    jobs: stuckJobs(shown, observed).map(withAskedSockets),
    observed,
    host: world.host,
    places: world.places,
  });
  const jobs = judgeStatus(declaration.jobs, observed, plan, preflights, healths, leftovers).filter(isShown);
  const labels = new Set(jobs.map(({ label }) => label));
  const pending = isPending({ ...plan, changes: plan.changes.filter(({ label }) => labels.has(label)) });
  const exitCode = pending && args.detailedExitcode === true ? EXIT.changes : EXIT.ok;
  if (options.json)
    terminal.out(formatDocument(statusToJson(jobs, diagnostics, { command: 'status', exitCode })));
  else if (args.name !== undefined && jobs[0] !== undefined)
    terminal.out(renderJobStatus(jobs[0], terminal.style));
  else terminal.out(renderStatus(jobs, terminal.style));
  return exitCode;
};

/** That of an agent, which no file declares: in the words of any other job. */
async function agentJobStatus(agent: LedgerEntry, context: Context, world: World): Promise<ExitCode> {
  const { terminal, options } = context;
  const [state] = await lookAtAgents(context, world, agent.label);
  const jobs = state === undefined ? [] : [state.status];
  if (options.json)
    terminal.out(formatDocument(statusToJson(jobs, [], { command: 'status', exitCode: EXIT.ok })));
  else for (const job of jobs) terminal.out(renderJobStatus(job, terminal.style));
  return EXIT.ok;
}

function placeText({ file, line, column }: Pick<Diagnostic, 'file' | 'line' | 'column'>): string {
  return `${file}:${line}:${column}`;
}
