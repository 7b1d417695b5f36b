import { describe, expect, it } from 'vitest';
import type { JobStatus } from '../../src/model/status.ts';
import { displayWidth } from '../../src/report/printable.ts';
import { renderJobStatus, renderStatus } from '../../src/report/status-text.ts';
import { ascii, colored, plain, status } from './samples.ts';

const jobs: readonly JobStatus[] = [
  status('k3s', { pid: 41277, runs: 3, lastExit: { signal: 9, name: 'SIGKILL' } }),
  status('backup', { verdict: 'waiting', state: 'not running', pid: null, runs: 0 }),
  status('gateway', {
    verdict: 'crash-looping',
    state: 'spawn scheduled',
    pid: null,
    runs: 12,
    lastExit: { code: 1 },
    next: 'See `reconcile logs gateway`.',
  }),
  status('cache', { plist: 'differs', stale: true, next: 'Run `reconcile apply`.' }),
  status('mail', { verdict: 'held', loaded: false, stale: null, state: null, pid: null, runs: null }),
  status(null, { verdict: 'failing', pid: null, lastExit: { reason: 'JETSAM' } }),
];

describe('renderStatus', () => {
  it('is a table that says what to do', () => {
    expect(renderStatus(jobs, plain)).toBe(`\
NAME            STATE              PID  RUNS  LAST EXIT
k3s             ● running        41277     3  SIGKILL (9)
backup          ○ waiting            -     0  -
gateway         ! crash-looping      -    12  exit 1
    See \`reconcile logs gateway\`.
cache           ● running          412     1  -
    Its plist differs from the declaration. launchd holds another definition than the file. Run \`reconcile apply\`.
mail            – held               -     -  -
local.demo.old  ! failing            -     1  JETSAM

6 jobs: 2 running, 1 waiting, 1 held, 1 failing, 1 crash-looping.
`);
  });

  it('is plain ASCII outside UTF-8, and says the same in colour', () => {
    const text = renderStatus(jobs, ascii);
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).toContain('k3s             * running ');
    expect(text).toContain('backup          o waiting ');
    const codes = new RegExp(`${String.fromCharCode(27)}\\[[0-9]+m`, 'g');
    expect(renderStatus(jobs, colored).replace(codes, '')).toBe(renderStatus(jobs, plain));
  });

  it('fits 80 columns, however long the names are', () => {
    const wide = [
      status(`日本語${'x'.repeat(100)}end`, {
        verdict: 'stopped-by-policy',
        pid: 4_194_304,
        runs: 100_000,
        lastExit: { signal: 13, name: 'SIGPIPE' },
      }),
    ];
    const lines = renderStatus(wide, plain).split('\n');
    expect(lines[1]).toBe('日本語xxxxxxx…xxxxxxxxxxend  ○ stopped-by-policy  4194304  100000  SIGPIPE (13)');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  });

  it('says when there is nothing', () => {
    expect(renderStatus([], plain)).toBe('There are no jobs.\n');
  });
});

describe('renderJobStatus', () => {
  it('tells all of one job', () => {
    expect(renderJobStatus(status('k3s', { runs: 3, lastExit: { code: 1 } }), plain)).toBe(`\
k3s  local.demo.k3s  (gui/501)
    verdict    ● running
    state      running
    pid        412
    runs       3
    last exit  exit 1
    plist      as declared
    loaded     yes, as in the file
    enabled    yes
    next       nothing to do
`);
  });

  it('tells what is not known or not so', () => {
    const job = status(null, {
      verdict: 'unknown',
      loaded: null,
      stale: null,
      enabled: false,
      state: null,
      pid: null,
      runs: null,
      plist: 'invalid',
      next: 'Mend\u0007 the plist.',
    });
    expect(renderJobStatus(job, ascii)).toBe(`\
local.demo.old  (gui/501)
    verdict    ! unknown
    state      -
    pid        -
    runs       -
    last exit  -
    plist      cannot be read
    loaded     unknown
    enabled    no, an override disables it
    next       Mend\\u0007 the plist.
`);
  });

  it.each<[Partial<JobStatus>, string]>([
    [{ loaded: false }, 'no'],
    [{ stale: null }, 'yes, not compared with the file'],
    [{ stale: true }, 'yes, but another definition than the file'],
  ])('says how it is loaded: %j', (given, words) => {
    expect(renderJobStatus(status('a', given), plain)).toContain(`    loaded     ${words}\n`);
  });
});
