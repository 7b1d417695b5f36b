import { expect } from 'vitest';
import type { Port } from './port.ts';
import { oursOf, type QuestionId, questionOf } from './questions.ts';

/** Notes the answer to an open question. The embedded launchd has to answer as it says that it does; a Mac tells us. */
export function settle(port: Port, id: QuestionId, seen: string): void {
  port.observe(id, seen);
  const question = questionOf(id);
  if (port.launchd === 'embedded') expect(seen, question.asks).toBe(oursOf(question, port.root));
}
