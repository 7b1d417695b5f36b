import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/commands/context.ts';
import { executePlan } from '../../src/commands/execution.ts';
import type { World } from '../../src/commands/world.ts';
import { EXIT } from '../../src/model/errors.ts';
import { change, plain, plan } from '../report/samples.ts';

const untouchable = new Proxy({} as World, {
  get: (_, name) => {
    throw new Error(`${String(name)} was used, though nobody agreed`);
  },
});

/** A terminal with someone at it, who does `answer` when asked. */
function contextOf(answer: (interrupt: () => void) => boolean): { context: Context; said: string[] } {
  const interruption = new AbortController();
  const said: string[] = [];
  const context: Context = {
    command: 'apply',
    prints: 'document',
    terminal: {
      out: (text) => void said.push(text),
      raw: (text) => void said.push(text),
      note: (text) => void said.push(text),
      progress: () => undefined,
      closed: new AbortController().signal,
      ask: async () => answer(() => interruption.abort()),
      interactive: true,
      style: plain,
      noteStyle: plain,
      columns: 80,
      readInput: () => '',
    },
    options: {
      file: [],
      target: [],
      json: false,
      yes: false,
      quiet: false,
      verbose: false,
      timeoutMs: 1_000,
      lockTimeoutMs: 0,
    },
    env: {},
    cwd: '/',
    signal: interruption.signal,
  };
  return { context, said };
}

const pending = plan([
  change('web', {
    op: 'load',
    reasons: ['not-loaded'],
    actions: [{ action: 'enable', domain: 'gui/501', label: 'local.demo.web' }],
  }),
]);

describe('the question before a change', () => {
  it.each<[string, (interrupt: () => void) => boolean, number]>([
    ['a no', () => false, EXIT.failed],
    [
      'Ctrl-C',
      (interrupt) => {
        interrupt();
        return false;
      },
      EXIT.interrupted,
    ],
  ])('%s changes nothing', async (_, answer, exitCode) => {
    const { context, said } = contextOf(answer);
    const execution = { context, world: untouchable, confirm: 'Make these changes?' };
    expect(await executePlan(pending, execution)).toBe(exitCode);
    expect(said[0]).toContain('Plan: 1 to load.');
    expect(said.at(-1)).toBe('Nothing was changed.');
  });
});
