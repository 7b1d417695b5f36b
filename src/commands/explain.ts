import { describeBehaviour } from '../launchd/behaviour.ts';
import { explainTopic, suggestTopics } from '../launchd/explain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import { explainedJobToJson, renderBehaviour, renderExplanation } from '../report/explanation-text.ts';
import type { Command, Context } from './context.ts';
import { loadDeclarationAs } from './declaration.ts';
import { printDocument } from './document.ts';
import { explainRule } from './explain-rule.ts';
import type { LookAheadFlags } from './look-ahead.ts';
import { resolveName } from './names.ts';

/**
 * Tells in words: a declared job, a code of launchctl or of an exit, a signal, a key of launchd.plist(5), or a rule of
 * `audit`. With options on runs and times: how that job will go on.
 */
export const explain: Command<LookAheadFlags & { readonly topic: string }> = async (
  { topic, ...flags },
  context,
) => {
  const { exits, for: duration, from, compare, svg } = flags;
  if ([exits, duration, from, compare, svg].some((flag) => flag !== undefined)) {
    const { explainAhead } = await import('./look-ahead.ts');
    return explainAhead(topic, flags, context);
  }
  // No label has a slash, and every code of a rule has one.
  if (topic.includes('/')) return explainRule(topic, context);
  const jobs = declaredJobs(topic, context);
  const exact = jobs.find(({ instance, label }) => instance === topic || label === topic);
  if (exact !== undefined) return explainJob(exact, context);
  const explanation = explainTopic(topic);
  if (explanation !== null) {
    if (context.options.json) printDocument(context, EXIT.ok, { ...explanation });
    else context.terminal.out(renderExplanation(explanation, context.terminal.style));
    return EXIT.ok;
  }
  const near = suggestTopics(topic);
  if (jobs.some(({ instance, label }) => instance.includes(topic) || label.includes(topic)))
    return explainJob(resolveName(topic, jobs), context);
  throw new ReconcileError('explain/unknown', `Nothing is known of "${topic}".`, {
    hint:
      (near.length > 0 ? `Did you mean ${near.slice(0, 3).join(' or ')}? ` : '') +
      'It explains a declared job, a code such as 5 or 78, a signal such as SIGTERM, or a key such as KeepAlive.',
    exitCode: EXIT.usage,
  });
};

/** Codes and keys are explained without a file too; a file that was named, or one that is wrong, is told. */
function declaredJobs(topic: string, context: Context): readonly Job[] {
  try {
    return loadDeclarationAs(context).jobs;
  } catch (error) {
    const named = context.options.file.length > 0;
    if (explainTopic(topic) !== null && !named) return [];
    if (error instanceof ReconcileError && error.code === 'file/missing' && !named) return [];
    throw error;
  }
}

function explainJob(job: Job, context: Context): number {
  if (context.options.json) printDocument(context, EXIT.ok, explainedJobToJson(job));
  else context.terminal.out(renderBehaviour(job, describeBehaviour(job.plist), context.terminal.style));
  return EXIT.ok;
}
