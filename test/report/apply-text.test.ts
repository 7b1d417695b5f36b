import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/plan.ts';
import type { Outcome, Report } from '../../src/model/report.ts';
import { renderReport } from '../../src/report/apply-text.ts';
import { ascii, change, plain, plan } from './samples.ts';

function report(
  entries: readonly (readonly [Change, Outcome, string?])[],
  given: Partial<Report> = {},
): readonly [ReturnType<typeof plan>, Report] {
  const results = entries.map(([{ instance, label, domain }, outcome, message]) => ({
    instance,
    label,
    domain,
    outcome,
    error: message === undefined ? null : { code: 'launchctl/5', message, hint: 'Run `reconcile plan`.' },
  }));
  const changes = entries.map(([each]) => each);
  return [plan(changes), { changed: true, results, diagnostics: [], interrupted: false, ...given }];
}

describe('renderReport', () => {
  it('tells what became of every change', () => {
    const blocked = { code: 'job/foreign', message: 'It is there already.', hint: '' };
    const [changes, done] = report([
      [change('a', { op: 'create', reasons: ['missing'], starts: true }), 'applied'],
      [change('b', { op: 'update', reasons: ['changed'], restarts: true }), 'applied'],
      [
        change('c', { op: 'reload', reasons: ['stale'], restarts: true }),
        'rolled-back',
        'launchd refused it.',
      ],
      [change('d', { op: 'update', reasons: ['changed'] }), 'rollback-failed', 'launchd refused both.'],
      [change('e', { op: 'load', reasons: ['not-loaded'] }), 'failed', 'launchd is silent.'],
      [change('f', { op: 'load', reasons: ['not-loaded'], deferred: 'no-domain' }), 'deferred'],
      [change('g', { op: 'adopt', reasons: ['foreign'], blocked }), 'skipped'],
      [change('h', { op: 'load', reasons: ['not-loaded'] }), 'skipped', 'It comes after e, which failed.'],
      [change('i'), 'unchanged'],
      [change(null, { op: 'delete', reasons: ['removed'] }), 'applied'],
    ]);
    expect(renderReport(changes, done, plain)).toBe(`\
+ a  local.demo.a  (gui/501)  created, started
~ b  local.demo.b  (gui/501)  updated, restarted
! c  local.demo.c  (gui/501)  failed; put back as it was
    [launchctl/5] launchd refused it.
    hint: Run \`reconcile plan\`.
! d  local.demo.d  (gui/501)  failed, and could not be put back: it is down
    [launchctl/5] launchd refused both.
    hint: Run \`reconcile plan\`.
! e  local.demo.e  (gui/501)  failed
    [launchctl/5] launchd is silent.
    hint: Run \`reconcile plan\`.
! f  local.demo.f  (gui/501)  deferred; loading waits for a login session
! g  local.demo.g  (gui/501)  blocked
    [job/foreign] It is there already.
! h  local.demo.h  (gui/501)  skipped
    [launchctl/5] It comes after e, which failed.
    hint: Run \`reconcile plan\`.
- local.demo.old  (gui/501)  deleted

Applied: 1 created, 1 updated, 1 deleted, 1 failed, 1 rolled back, 1 down, 1 deferred, 1 blocked, 1 skipped, 1 unchanged. 1 job restarted, 1 started.
`);
  });

  it('says that there was nothing to do', () => {
    const [changes, done] = report(
      [
        [change('a'), 'unchanged'],
        [change('b'), 'unchanged'],
      ],
      { changed: false },
    );
    expect(renderReport(changes, done, plain)).toBe('No changes. 2 jobs match.\n');
  });

  it('says that it was interrupted', () => {
    const [changes, done] = report([[change('a', { op: 'load' }), 'skipped']], { interrupted: true });
    expect(renderReport(changes, done, plain)).toBe(
      '! a  local.demo.a  (gui/501)  skipped\n\nInterrupted: 1 skipped.\n',
    );
    const [nothing, early] = report([], { interrupted: true });
    expect(renderReport(nothing, early, plain)).toBe('Interrupted: nothing was changed.\n');
  });

  it('is plain ASCII outside UTF-8', () => {
    const [changes, done] = report([
      [change('ü', { op: 'reload', reasons: ['stale'], starts: true }), 'applied'],
    ]);
    expect(renderReport(changes, done, ascii)).toBe(
      'r \\u00fc  local.demo.\\u00fc  (gui/501)  reloaded, started\n\nApplied: 1 reloaded. 1 job started.\n',
    );
  });
});
