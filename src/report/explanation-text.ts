import { type Behaviour, describeBehaviour } from '../launchd/behaviour.ts';
import type { Explanation } from '../launchd/explain.ts';
import { formatSeconds } from '../launchd/time-words.ts';
import { unwrap } from '../launchd/wrapper.ts';
import type { GiveUp, Job } from '../model/job.ts';
import { changeName } from './change-text.ts';
import { padEnd, printable, sentence } from './printable.ts';
import { paint, type Style } from './style.ts';
import { wrap } from './wrap.ts';

/** What a number, a signal or a key means: a paragraph each. Ends with a line end. */
export function renderExplanation({ topic, parts }: Explanation, style: Style): string {
  const paragraphs = parts.map(({ heading, sentences }) => {
    const head = heading === '' ? '' : `${paint(style, 'cyan', heading)}\n`;
    return `${head}${wrap(sentences.join(' '), style)}`;
  });
  return `${paint(style, 'bold', printable(topic, style))}\n\n${paragraphs.join('\n\n')}\n`;
}

/** When a job starts, after which exits it comes back, how fast, and what stop does. Ends with a line end. */
export function renderBehaviour(job: Job, behaviour: Behaviour, style: Style): string {
  const [starts = '', ...others] = behaviour.sentences;
  const after = behaviour.restarts.map(({ exit, verdict }) => ({ exit, words: VERDICTS[verdict] }));
  const width = Math.max(...after.map(({ exit }) => exit.length));
  const table = after.map(({ exit, words }) => `    ${padEnd(exit, width)}  ${words}`).join('\n');
  const warnings = behaviour.warnings.map(
    (text) => `${paint(style, 'yellow', 'warning')}: ${wrap(text, style, { used: 9 })}`,
  );
  return `${[
    changeName(job, style),
    wrap(starts, style),
    `After it ended by itself:\n${table}`,
    ...others.map((sentence) => wrap(sentence, style)),
    ...warnings,
    ...readWords(job).map((text) => wrap(printable(text, style), style)),
    ...(job.giveUp === undefined ? [] : [wrap(giveUpWords(job, job.giveUp), style)]),
    paint(
      style,
      'dim',
      sentence(`See it happen: reconcile explain ${job.instance} --exits "1,1,segv,0" --for 5m`, style),
    ),
  ].join('\n\n')}\n`;
}

/** What it reads before its program starts, and which files restart it. */
function readWords({ plist, triggers = [] }: Job): readonly string[] {
  const { reads } = unwrap(plist);
  const files = (reads?.envFiles ?? []).map((path) => `the env_file ${path}`);
  const secrets = (reads?.secrets ?? []).map((secret) =>
    'file' in secret
      ? `${secret.name} from ${secret.file}`
      : `${secret.name} from the keychain (${secret.keychain.service})`,
  );
  const all = [...files, ...secrets];
  return [
    ...(all.length === 0
      ? []
      : [`Before its program starts, it reads ${all.join(', ')}. Without one of them it ends with 78.`]),
    ...(triggers.length === 0
      ? []
      : [
          `If it runs, \`reconcile apply\` and \`watch\` restart it when the content of one of these has changed: ${triggers.join(', ')}.`,
        ]),
  ];
}

function giveUpWords({ instance }: Job, { after, within }: GiveUp): string {
  return `\`reconcile watch\` does give up: after ${after} bad ends within ${formatSeconds(within)} it takes the job out of launchd and holds it, until \`reconcile restart ${instance}\`.`;
}

const VERDICTS: Readonly<Record<Behaviour['restarts'][number]['verdict'], string>> = {
  restarts: 'restarts',
  'stays-down': 'stays down',
  depends: 'restarts while its conditions hold',
};

/** A declared job and its behaviour, as `explain NAME --json` begins. */
export function explainedJobToJson({
  instance,
  label,
  domain,
  path,
  plist,
}: Job): Readonly<Record<string, unknown>> {
  const behaviour = behaviourToJson(describeBehaviour(plist));
  return { topic: label, kind: 'job', instance, label, domain, plist: path, ...behaviour };
}

function behaviourToJson(behaviour: Behaviour): Readonly<Record<string, unknown>> {
  const { starts, restarts, restartWords, throttle, stop, warnings, sentences } = behaviour;
  return {
    starts,
    restarts,
    restart_words: restartWords,
    throttle,
    stop: {
      kill_after: stop.killAfter,
      ends_process_group: stop.endsProcessGroup,
      killed_when_idle: stop.killedWhenIdle,
    },
    warnings,
    sentences,
  };
}
