import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/model/errors.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { planToJson } from '../../src/report/plan-json.ts';
import { planToMarkdown } from '../../src/report/plan-markdown.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { simulatePlan } from '../support/simulate.ts';
import { observeWorld } from '../support/world.ts';
import { openCase } from './open-case.ts';

const CASES = join(import.meta.dirname, 'cases');

/** The expectations were read by people, line by line. `vitest -u` writes them anew: read them again then. */
describe.each(readdirSync(CASES).sort())('golden case %s', (name) => {
  const folder = join(CASES, name);
  const { jobs, world, options } = openCase(folder);
  const plan = planChanges(jobs, observeWorld(world, jobs, options.stack), options);

  it('has this plan, as text, as Markdown and as JSON', async () => {
    await expect(renderPlan(plan, { color: false, unicode: true })).toMatchFileSnapshot(
      join(folder, 'plan.txt'),
    );
    await expect(planToMarkdown(plan)).toMatchFileSnapshot(join(folder, 'plan.md'));
    const json = planToJson(plan, { command: 'plan', exitCode: EXIT.ok });
    await expect(`${JSON.stringify(json, null, 2)}\n`).toMatchFileSnapshot(join(folder, 'plan.json'));
  });

  it('is empty after apply, but for what was blocked, held or deferred', () => {
    const after = simulatePlan(world, plan);
    const again = planChanges(jobs, observeWorld(after, jobs, options.stack), { ...options, replace: [] });
    const left = again.changes.filter(
      (change) => change.op !== 'noop' && change.blocked === null && change.deferred === null,
    );
    expect(left.map(({ label, op, reasons }) => ({ label, op, reasons }))).toEqual([]);
  });
});
