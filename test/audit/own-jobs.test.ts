import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditJobs } from '../../src/audit/audit.ts';
import { auditedJob } from '../../src/audit/job.ts';
import type { Job } from '../../src/model/job.ts';
import { isDict } from '../../src/model/plist.ts';
import { markerComments, parseMarker } from '../../src/plist/marker.ts';
import { readPlist } from '../../src/plist/read.ts';
import { writePlist } from '../../src/plist/write.ts';
import { openCase } from '../golden/open-case.ts';

/** What we compile is well made: neither the declaration nor the plist written from it may be found fault with. */
function complaints(job: Job): readonly string[] {
  const bytes = new TextEncoder().encode(
    writePlist(job.plist, markerComments({ stack: 's', instance: job.instance }, job.description)),
  );
  const reading = readPlist(bytes);
  if (!reading.ok || !isDict(reading.value)) throw new Error('our own plist cannot be read');
  const scope = job.placement === 'system' ? 'daemon' : 'agent';
  const jobs = [
    auditedJob(job.plist, { path: null, source: null, isDeclared: true, scope, place: job.place }),
    auditedJob(reading.value, {
      path: job.path,
      source: reading.source,
      isDeclared: parseMarker(reading.comments) !== null,
      scope,
    }),
  ];
  // A secret that is declared in plain text is one.
  return auditJobs(jobs, { ignore: ['environment/secret'], request: [] })
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, message }) => `${code}: ${message}`);
}

const CASES = join(import.meta.dirname, '..', 'golden', 'cases');

describe.each(readdirSync(CASES).sort())('the jobs of golden case %s', (name) => {
  it('give rise to no warning', () => {
    const found = openCase(join(CASES, name)).jobs.map((job) => [job.instance, complaints(job)] as const);
    expect(found.filter(([, list]) => list.length > 0)).toEqual([]);
  });
});

it('says the same of a plist whatever its form: XML or as a value', () => {
  fc.assert(
    fc.property(fc.constantFrom(...readdirSync(CASES).sort()), (name) => {
      for (const { plist } of openCase(join(CASES, name)).jobs) {
        const reading = readPlist(new TextEncoder().encode(writePlist(plist)));
        if (!reading.ok || !isDict(reading.value)) throw new Error('unreadable');
        const codes = (source: typeof reading.source, value: typeof plist): readonly string[] =>
          auditJobs([auditedJob(value, { path: null, source, isDeclared: false })], {
            ignore: ['text/*'],
            request: 'all',
          })
            .map(({ code }) => code)
            .toSorted();
        expect(codes(reading.source, reading.value)).toEqual(codes(null, plist));
      }
    }),
  );
});
