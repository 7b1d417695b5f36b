import { describe, expect, it } from 'vitest';
import type { FieldChange, Reason } from '../../src/model/plan.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { ascii, change, colored, plain, plan } from './samples.ts';

function field(
  path: readonly string[],
  before: PlistValue | null,
  after: PlistValue | null,
  given = {},
): FieldChange {
  return {
    key: path[0] ?? '',
    path,
    before,
    after,
    source: 'config',
    meaning: '',
    sensitive: false,
    ...given,
  };
}

const everything = plan([
  change('backup', {
    op: 'create',
    reasons: ['missing'],
    starts: true,
    fields: [
      field(['KeepAlive'], null, dict([['SuccessfulExit', false]]), {
        meaning: 'restarts unless it exits with 0',
      }),
      field(['ProgramArguments'], null, ['/bin/sh', '-c', 'echo "hi"\n']),
    ],
  }),
  change('cache', { op: 'reload', reasons: ['stale'], restarts: true }),
  change('gateway', {
    op: 'update',
    reasons: ['changed'],
    restarts: true,
    fields: [
      field(['EnvironmentVariables', 'PATH'], '/bin', '/usr/bin:/bin'),
      field(['EnvironmentVariables', 'API_TOKEN'], 'one', 'two', { sensitive: true }),
      field(['EnvironmentVariables', 'NEW.KEY'], null, 'x', { sensitive: true }),
      field(['Nice'], 5, null),
    ],
  }),
  change('index', { op: 'load', reasons: ['not-loaded'], deferred: 'no-domain' }),
  change('mail', { op: 'adopt', reasons: ['foreign'] }),
  change('proxy', {
    op: 'adopt',
    reasons: ['foreign'],
    blocked: {
      code: 'job/foreign',
      message: 'A job with this label is there already, and reconcile did not write it.',
      hint: 'Run `reconcile apply --adopt` to take it over.',
    },
    fields: [field(['RunAtLoad'], false, true)],
  }),
  change('sync', {
    op: 'update',
    reasons: ['drifted'],
    fields: [field(['Nice'], 1, 2, { source: 'drift' })],
  }),
  change('timer', { op: 'move', reasons: ['renamed'], deferred: 'needs-root' }),
  change('web', { reasons: ['disabled'] }),
  change('worker'),
  change(null, { op: 'delete', reasons: ['removed'] }),
]);

describe('renderPlan', () => {
  it('shows every kind of change', () => {
    expect(renderPlan(everything, plain)).toBe(`\
+ backup  local.demo.backup  (gui/501)  not there yet; will start
    KeepAlive: absent → {SuccessfulExit: false}  # restarts unless it exits with 0
    ProgramArguments: absent → ["/bin/sh", "-c", "echo \\"hi\\"\\n"]

↻ cache  local.demo.cache  (gui/501)  launchd still holds another definition; will restart

~ gateway  local.demo.gateway  (gui/501)  the declaration changed; will restart
    EnvironmentVariables.PATH: "/bin" → "/usr/bin:/bin"
    EnvironmentVariables.API_TOKEN: (sensitive) → (sensitive)
    EnvironmentVariables["NEW.KEY"]: absent → (sensitive)
    Nice: 5 → absent

> index  local.demo.index  (gui/501)  not loaded; loading waits for a login session

= mail  local.demo.mail  (gui/501)  not managed by reconcile yet

! proxy  local.demo.proxy  (gui/501)  not managed by reconcile yet
    RunAtLoad: false → true
    blocked: A job with this label is there already, and reconcile did not write it.
    hint: Run \`reconcile apply --adopt\` to take it over.

! sync  local.demo.sync  (gui/501)  the plist was changed outside of reconcile
    Nice: 1 → 2

→ timer  local.demo.timer  (gui/501)  renamed; needs root

! web  local.demo.web  (gui/501)  disabled, and left so

- local.demo.old  (gui/501)  no longer declared

Plan: 1 to create, 2 to update, 1 to reload, 1 to load, 1 to adopt, 1 to move, 1 to delete, 1 blocked, 2 unchanged. 2 jobs will restart, 1 will start.
`);
  });

  it('shows what is as declared and not ours as adopted without a restart, with one hint for all', () => {
    const blocked = { code: 'job/foreign', message: 'It is there.', hint: 'Run with --adopt.' };
    const imported = plan([
      change('mail', { op: 'adopt', reasons: ['foreign'], blocked }),
      change('proxy', { op: 'adopt', reasons: ['foreign'], blocked }),
    ]);
    expect(
      renderPlan(imported, plain),
    ).toBe(`= mail  local.demo.mail  (gui/501)  as declared, not managed by reconcile yet
= proxy  local.demo.proxy  (gui/501)  as declared, not managed by reconcile yet

Plan: 2 to adopt with --adopt.
hint: Run \`reconcile apply --adopt\` to manage what is as declared from now on; none of it is restarted.
`);
  });

  it('is plain ASCII outside UTF-8', () => {
    const text = renderPlan(everything, ascii);
    expect(text).toMatch(/^r cache {2}/m);
    expect(text).toMatch(/^m timer {2}/m);
    expect(text).toContain('Nice: 5 -> absent');
    expect(text).toMatch(/^[\n -~]*$/);
  });

  it('says the same in colour', () => {
    const codes = new RegExp(`${String.fromCharCode(27)}\\[[0-9]+m`, 'g');
    const text = renderPlan(everything, colored);
    expect(text).not.toBe(renderPlan(everything, plain));
    expect(text.replace(codes, '')).toBe(renderPlan(everything, plain));
  });

  it('lists jobs without fields line by line', () => {
    const bare = plan([
      change('a', { op: 'load', reasons: ['not-loaded'], starts: true }),
      change('b', { op: 'delete', reasons: ['removed'] }),
    ]);
    expect(renderPlan(bare, plain)).toBe(`\
> a  local.demo.a  (gui/501)  not loaded; will start
- b  local.demo.b  (gui/501)  no longer declared

Plan: 1 to load, 1 to delete. 1 job will start.
`);
  });

  it.each<[number, string]>([
    [0, 'No changes. 0 jobs match.\n'],
    [1, 'No changes. 1 job matches.\n'],
    [17, 'No changes. 17 jobs match.\n'],
  ])('says that nothing changes: %d', (jobs, text) => {
    const noops = Array.from({ length: jobs }, (_, index) => change(`n${index}`));
    const elsewhere = change('elsewhere', { reasons: ['excluded'] });
    expect(renderPlan(plan([...noops, elsewhere]), plain)).toBe(text);
  });

  it('shows jobs that are left alone, though nothing changes', () => {
    const left = [
      change('a'),
      change('mail', { reasons: ['removed'] }),
      change('web', { reasons: ['held'] }),
    ];
    expect(renderPlan(plan(left), plain)).toBe(`\
! mail  local.demo.mail  (gui/501)  no longer declared, but kept
! web  local.demo.web  (gui/501)  stopped by hand and held

No changes. 1 job matches, 2 are left as they are.
`);
  });

  it('names the other stack alone as the owner', () => {
    const blocked = { code: 'job/other-stack', message: 'Owned.', hint: '' };
    const taken = change('web', { op: 'adopt', reasons: ['foreign', 'other-stack'], blocked });
    expect(renderPlan(plan([taken]), plain)).toContain('(gui/501)  belongs to another stack\n');
    const over = change('web', { op: 'adopt', reasons: ['other-stack'] });
    expect(renderPlan(plan([over]), plain)).toContain('(gui/501)  taken over from another file\n');
  });

  it('writes our own sentences in plain letters outside UTF-8', () => {
    const hint = 'See the stack “lab”’s file → there …';
    const blocked = change('web', {
      op: 'adopt',
      reasons: ['foreign'],
      blocked: { code: 'job/other-stack', message: 'No: it’s not ours.', hint },
    });
    const text = renderPlan(plan([blocked]), { color: false, unicode: false });
    expect(text).toContain("blocked: No: it's not ours.");
    expect(text).toContain('hint: See the stack "lab"\'s file -> there ...');
  });

  it('lets no value reach the terminal', () => {
    const hostile = plan([
      change('a\u001b[2J', {
        op: 'update',
        reasons: ['changed'],
        fields: [field(['Esc\u001b]0;x\u0007'], '\u009b1m', '\u202e')],
      }),
    ]);
    expect(renderPlan(hostile, plain)).toContain('a\\u001b[2J');
    expect(renderPlan(hostile, plain)).toContain('Esc\\u001b]0;x\\u0007: "\\u009b1m" → "\\u202e"');
  });

  it('cuts long values around the first difference', () => {
    const long = 'x'.repeat(1000);
    const text = renderPlan(
      plan([
        change('a', {
          op: 'update',
          reasons: ['changed'],
          fields: [field(['P'], `${long}1${long}`, `${long}2${long}`)],
        }),
      ]),
      plain,
    );
    expect(text).toMatch(/P: …x+1x+… \(2003 characters\) → …x+2x+… \(2003 characters\)\n/);
    expect(text.length).toBeLessThan(900);
  });

  it('has words for every reason', () => {
    const reasons: readonly Reason[] = [
      'missing',
      'changed',
      'drifted',
      'stale',
      'not-loaded',
      'wrong-domain',
      'disabled',
      'enabled',
      'duplicate',
      'removed',
      'renamed',
      'foreign',
      'other-stack',
      'unknown',
      'held',
      'excluded',
      'mode',
      'trigger',
      'replaced',
    ];
    const text = renderPlan(plan([change('a', { op: 'update', reasons })]), ascii);
    // What belongs to another stack is not called foreign besides.
    expect(text.split('\n')[0]?.split(', ')).toHaveLength(reasons.length - 1);
  });
});
