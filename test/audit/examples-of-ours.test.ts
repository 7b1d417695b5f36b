import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { auditJobs } from '../../src/audit/audit.ts';
import { auditedJob } from '../../src/audit/job.ts';
import { loadExample } from '../examples/load-example.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const names = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

it.each(names)('finds no fault with examples/%s but the name of an example', (name) => {
  const jobs = loadExample(`${name}/reconcile.yaml`).jobs.map(({ plist, placement, place }) =>
    auditedJob(plist, {
      path: null,
      source: null,
      isDeclared: true,
      scope: placement === 'system' ? 'daemon' : 'agent',
      place,
    }),
  );
  expect(jobs.length).toBeGreaterThan(0);
  expect(auditJobs(jobs, { ignore: ['label/example'], request: [] })).toEqual([]);
});
