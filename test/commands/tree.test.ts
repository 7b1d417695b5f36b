import { expect, it } from 'vitest';
import { buildProgram, namedCommand } from '../../src/commands/tree/program.ts';

const tree = buildProgram('0.0.0', async () => {});

it.each([
  ['plan --bogus', 'plan'],
  ['diff --bogus', 'plan'],
  ['-f x plan --bogus', 'plan'],
  ['--timeout 5s embedded --json stop x', 'embedded stop'],
  ['agent --bogus', 'agent'],
  ['restrat web', 'restrat'],
  ['--bogus', ''],
])('`reconcile %s` is a wrong call of `%s`', (words, command) => {
  expect(namedCommand(tree, words.split(' '))).toBe(command);
});
