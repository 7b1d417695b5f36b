import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/private-home.ts';

/** What is wrong with a file is told whole, in the order of the file (interface §1). */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

describe('an invalid file', () => {
  it('tells at once what is wrong with its shape and with its meaning', async () => {
    world.write(
      'reconcile.yaml',
      `version: 1
instances:
  words: { command: /bin/echo $HOME }
  shape: { command: /bin/echo, nice: 99 }
  cron: { command: /bin/echo, start: { schedule: "0 0 L * *" } }
  key: { command: /bin/echo, launchd: { StartInterval: 0 } }
`,
    );
    const { exit_code, diagnostics } = await world.json('validate');
    expect(exit_code).toBe(65);
    const found = diagnostics as readonly { code: string; line: number; severity: string }[];
    expect(
      found.filter(({ severity }) => severity === 'error').map(({ line, code }) => `${line} ${code}`),
    ).toEqual(['3 command/shell-syntax', '4 field/value', '5 schedule/cron', '6 launchd/out-of-range']);
  });

  it('tells what is wrong with a template that nothing uses, and what all instances share only once', async () => {
    world.write(
      'reconcile.yaml',
      `version: 1
templates:
  unused: { command: /bin/echo $HOME, start: { schedule: "0 0 L * *" } }
  later: { command: "/bin/echo \${instance} \${env.NOT_SET_HERE}" }
  shared: { command: /bin/echo | cat }
instances:
  a: { template: shared }
  b: { template: shared }
`,
    );
    const { diagnostics } = await world.json('validate');
    const found = diagnostics as readonly { code: string; line: number }[];
    expect(found.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '3 command/shell-syntax',
      '3 schedule/cron',
      '5 command/shell-syntax',
    ]);
  });
});
