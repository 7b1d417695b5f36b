import { DEFAULT_FIDELITY } from '../../../src/emulator/fidelity.ts';
import { oursOf, QUESTIONS, type Question } from '../questions.ts';
import type { Run } from './run.ts';

/** An open question, held against what a run has seen. */
export interface Answered {
  readonly question: Question;
  /** What was seen, each once; none: it was not asked there. */
  readonly seen: readonly string[];
  /** What the embedded launchd answers. */
  readonly ours: string;
  readonly verdict: 'as-ours' | 'differs' | 'not-asked' | 'contradicts-itself';
  /** What is to be changed; null: nothing. */
  readonly change: string | null;
}

/** Each open question with its answer, in the order of questions.ts. */
export function answerQuestions({ about, observed }: Run): readonly Answered[] {
  return QUESTIONS.map((question: Question) => {
    const seen = [
      ...new Set(observed.filter((each) => each.question === question.id).map(({ answer }) => answer)),
    ];
    const ours = oursOf(question, about.root);
    const base = { question, seen, ours };
    const [answer, ...more] = seen;
    if (answer === undefined) return { ...base, verdict: 'not-asked', change: null };
    if (more.length > 0)
      return {
        ...base,
        verdict: 'contradicts-itself',
        change: `look at the scenario “${question.scenario}”`,
      };
    if (answer === ours) return { ...base, verdict: 'as-ours', change: null };
    return { ...base, verdict: 'differs', change: changeFor(question, answer, about.root) };
  });
}

function changeFor({ choice, where }: Question, answer: string, root: boolean): string {
  if (choice === undefined)
    return `change ${where ?? 'what we do'}, and \`ours\` in test/contract/questions.ts`;
  const { option, values, asUser } = choice;
  if (asUser === true && root) return `ask as a user: what root is told does not settle \`${option}\``;
  const value = values[answer];
  if (value === undefined)
    return `\`${option}\` knows no such answer: give it one in src/emulator/fidelity.ts`;
  if (value === DEFAULT_FIDELITY[option])
    return `\`${option}\` is right; correct \`ours\` in test/contract/questions.ts`;
  return `set \`${option}\` to ${JSON.stringify(value)} in DEFAULT_FIDELITY, src/emulator/fidelity.ts`;
}

const WORDS: Readonly<Record<Answered['verdict'], string>> = {
  'as-ours': '=',
  differs: '!',
  'not-asked': '·',
  'contradicts-itself': '?',
};

/** For a person: question → answer, and what should change. */
export function answersToText({ about }: Run, answers: readonly Answered[]): string {
  const lines = [
    `${about.os}, ${about.arch}, recorded ${about.recorded}, as ${about.root ? 'root' : 'a user'}`,
    '',
  ];
  const width = Math.max(...answers.map(({ question }) => question.facts.length));
  for (const { question, seen, ours, verdict, change } of answers) {
    const answer = seen.length === 0 ? 'not asked' : seen.join(' | ');
    lines.push(`${WORDS[verdict]} ${question.facts.padEnd(width)}  ${question.asks}`);
    const indent = ' '.repeat(width + 4);
    lines.push(`${indent}→ ${answer}${verdict === 'as-ours' ? ', as ours' : ''}`);
    if (verdict === 'differs') lines.push(`${indent}  ours: ${ours}`);
    if (change !== null) lines.push(`${indent}  ${change}`);
  }
  const count = (verdict: Answered['verdict']): number =>
    answers.filter((each) => each.verdict === verdict).length;
  const odd = count('contradicts-itself');
  lines.push(
    '',
    `Answers: ${count('as-ours')} as ours, ${count('differs')} different, ` +
      `${odd === 0 ? '' : `${odd} that contradict themselves, `}${count('not-asked')} not asked.`,
  );
  return lines.join('\n');
}
