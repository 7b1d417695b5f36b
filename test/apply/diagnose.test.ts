import { chmodSync, chownSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainRefusal, findCause } from '../../src/apply/diagnose.ts';
import { LAUNCHCTL_CODES } from '../../src/launchd/code-table.ts';
import { outcomeOf, type Verb } from '../../src/launchd/codes.ts';
import type { Domain } from '../../src/model/domain.ts';
import { ReconcileError } from '../../src/model/errors.ts';
import { dict } from '../../src/model/plist.ts';
import type { Answer } from '../../src/sys/client.ts';
import { createWorld, GUI, plistText, type World } from '../support/apply-world.ts';

const A = 'com.example.a';
const uid = process.getuid?.() ?? 501;
const isRoot = uid === 0;

interface Situation {
  readonly verb?: Verb;
  readonly domain?: Domain;
  readonly label?: string;
  /** Makes it so; the plist of A is there, sound, and not loaded. */
  readonly so?: (world: World) => void;
  readonly rootOnly?: boolean;
}

/** [code, situation, how it is so, what is told: its code, the sentence, the hint] */
type Row = readonly [
  code: number | null,
  title: string,
  Situation,
  told: string,
  sentence: RegExp,
  hint: RegExp,
];

const edit = (more: Parameters<typeof plistText>[2]) => (world: World) =>
  writeFileSync(world.path(A), plistText(A, 'new', more));

const LOADED = (world: World): void => {
  world.launchctl.load(world.target(A), world.path(A));
};
const GOING = (world: World): void => {
  world.launchctl.load(world.target(A), world.path(A), { state: 'SIGTERMed', pid: 77 });
};
const DISABLED = (world: World): void => {
  world.launchctl.disabled.set(world.target(A), true);
};
const NOBODY_LOGGED_IN = (world: World): void => {
  world.launchctl.domains.delete(GUI);
};
const BACKGROUND = edit([['LimitLoadToSessionType', 'Background']]);

const ROWS: readonly Row[] = [
  [
    5,
    'already loaded',
    { so: LOADED },
    'job/already-loaded',
    /a is loaded already, from this plist\.$/,
    /reconcile plan/,
  ],
  [
    5,
    'already loaded from another path',
    { so: (world) => void world.launchctl.load(world.target(A), '/other.plist') },
    'job/loaded-elsewhere',
    /a is loaded already, from \/other\.plist\.$/,
    /launchctl print gui\/\d+\/com\.example\.a$/,
  ],
  [
    5,
    'still going',
    { so: GOING },
    'job/still-going',
    /still ending the former .*\(process 77\)\.$/,
    /apply again/,
  ],
  [
    5,
    'disabled',
    { so: DISABLED },
    'job/disabled',
    /is disabled, so launchd does not load it\.$/,
    /launchctl enable gui\/\d+\/com\.example\.a$/,
  ],
  [
    5,
    'a plist that others may write',
    { so: (world) => chmodSync(world.path(A), 0o666) },
    'plist/writable-by-others',
    /a\.plist can be written by others \(mode 0666\)/,
    /^chmod go-w .*a\.plist$/,
  ],
  [
    5,
    'a folder that others may write',
    { so: (world) => chmodSync(`${world.folder}/LaunchAgents`, 0o777) },
    'plist/writable-by-others',
    /LaunchAgents can be written by others \(mode 0777\)/,
    /^chmod go-w .*LaunchAgents$/,
  ],
  [
    5,
    'a plist of another user',
    { so: (world) => chownSync(world.path(A), 4321, 4321), rootOnly: true },
    'plist/wrong-owner',
    /a\.plist belongs to uid 4321, and launchd loads into gui\/0 only what belongs to uid 0 or root\.$/,
    /^sudo chown 0 .*a\.plist$/,
  ],
  [
    5,
    'a folder of another user',
    { so: (world) => chownSync(`${world.folder}/LaunchAgents`, 4321, 4321), rootOnly: true },
    'plist/wrong-owner',
    /LaunchAgents belongs to uid 4321/,
    /^sudo chown 0 .*LaunchAgents$/,
  ],
  [
    5,
    'a symbolic link',
    {
      so: (world) => {
        renameSync(world.path(A), `${world.folder}/real.plist`);
        symlinkSync(`${world.folder}/real.plist`, world.path(A));
      },
    },
    'plist/symlink',
    /a\.plist is a symbolic link, and launchd wants the file itself\.$/,
    /ls -l .*a\.plist$/,
  ],
  [
    5,
    'a damaged plist',
    {
      so: (world) =>
        writeFileSync(world.path(A), '<?xml version="1.0"?>\n<plist><dict><key>Label</key></plist>\n'),
    },
    'plist/invalid',
    /a\.plist is no property list \(line 2, column \d+\): /,
    /plutil -lint .*a\.plist$/,
  ],
  [
    5,
    'no login session',
    { so: NOBODY_LOGGED_IN },
    'domain/absent',
    /has no graphical session now\.$/,
    /Log in at the screen/,
  ],
  [
    5,
    'another session type',
    { so: BACKGROUND },
    'job/session-type',
    /type Aqua, and its plist allows Background only\.$/,
    /domain: user/,
  ],
  [
    5,
    'nothing to be seen',
    {},
    'launchctl/5',
    /refused with 5: Input\/output error\. .* Looking found nothing of the kind\.$/,
    /log show/,
  ],
  [
    2,
    'a plist that has gone',
    { so: (world) => unlinkSync(world.path(A)) },
    'plist/missing',
    /is not there any more\.$/,
    /Apply again/,
  ],
  [
    17,
    'already loaded',
    { so: LOADED },
    'job/already-loaded',
    /with 17: .* loaded already/,
    /reconcile plan/,
  ],
  [
    37,
    'already loaded',
    { so: LOADED },
    'job/already-loaded',
    /with 37: .* loaded already/,
    /reconcile plan/,
  ],
  [
    37,
    'still going',
    { so: GOING },
    'job/still-going',
    /with 37: launchd is still ending/,
    /when it is gone, apply again/,
  ],
  [
    78,
    'a program that is not there',
    { so: (world) => writeFileSync(world.path(A), plistText(A, 'new', [['Program', '/opt/none']])) },
    'job/cannot-start',
    /with 78: \/opt\/none is not there\.$/,
    /`ls -l \/opt\/none`/,
  ],
  [78, 'a request that is unknown', {}, 'launchctl/78', /78: Function not implemented/, /version of macOS/],
  [
    108,
    'a plist that has gone',
    { so: (world) => unlinkSync(world.path(A)) },
    'plist/missing',
    /not there any more/,
    /Apply again/,
  ],
  [
    109,
    'a damaged plist',
    { so: (world) => writeFileSync(world.path(A), 'no plist') },
    'plist/invalid',
    /is no property list/,
    /plutil -lint/,
  ],
  [
    110,
    'a plist without a label',
    { so: (world) => writeFileSync(world.path(A), plistText('', 'new')) },
    'plist/other-label',
    /has no Label that launchd could use\.$/,
    /reconcile plan/,
  ],
  [
    111,
    'a plist without a program',
    { so: (world) => writeFileSync(world.path(A), plistText(A, 'new', [['ProgramArguments', []]])) },
    'plist/no-program',
    /does not say what to run\.$/,
    /`command`/,
  ],
  [
    112,
    'no login session',
    { so: NOBODY_LOGGED_IN },
    'domain/absent',
    /has no graphical session now\.$/,
    /domain: user/,
  ],
  [
    113,
    'loaded in another domain',
    {
      verb: 'kickstart',
      so: (world) => {
        world.launchctl.domains.add(`user/${uid}`);
        world.launchctl.load(`user/${uid}/${A}`, world.path(A));
      },
    },
    'job/other-domain',
    /com\.example\.a is loaded in user\/\d+, not in gui\/\d+\.$/,
    /launchctl bootout user\/\d+\/com\.example\.a$/,
  ],
  [
    113,
    'loaded nowhere',
    { verb: 'kickstart' },
    'launchctl/113',
    /not loaded in this domain/,
    /right domain/,
  ],
  [
    114,
    'a user that nobody is',
    { domain: 'system', so: edit([['UserName', 'no-such-user']]) },
    'job/no-user',
    /there is no user no-such-user here, whom UserName names\.$/,
    /id no-such-user$/,
  ],
  [
    115,
    'a group that is none',
    { domain: 'system', so: edit([['GroupName', 'no-such-group']]) },
    'job/no-group',
    /there is no group no-such-group here, which GroupName names\.$/,
    /no-such-group$/,
  ],
  [119, 'disabled', { so: DISABLED }, 'job/disabled', /with 119: .* is disabled/, /launchctl enable/],
  [
    119,
    'disabled by its own key',
    { so: edit([['Disabled', true]]) },
    'job/disabled',
    /its own plist says Disabled/,
    /enabled: true/,
  ],
  [
    122,
    'a plist that others may write',
    { so: (world) => chmodSync(world.path(A), 0o664) },
    'plist/writable-by-others',
    /mode 0664/,
    /^chmod go-w/,
  ],
  [122, 'nothing to be seen', {}, 'launchctl/122', /bad ownership\/permissions/, /owner must be you/],
  [
    124,
    'a session that is closing',
    { so: NOBODY_LOGGED_IN },
    'domain/absent',
    /has no graphical session/,
    /Log in/,
  ],
  [
    125,
    'no login session',
    { so: NOBODY_LOGGED_IN },
    'domain/absent',
    /with 125: the user with uid \d+ has no graphical session now\.$/,
    /domain: system/,
  ],
  [125, 'a session that is there', {}, 'launchctl/125', /no graphical login session/, /Log in at the Mac/],
  [
    134,
    'another session type',
    { so: BACKGROUND },
    'job/session-type',
    /with 134: gui\/\d+ is a session of type Aqua/,
    /domain: user, or add aqua to session_types/,
  ],
  [
    134,
    'a job of the background without a session type',
    { domain: `user/${uid}` },
    'job/session-type',
    /type Background, and its plist allows Aqua only, as it does when LimitLoadToSessionType is absent\.$/,
    /domain: gui, or add background/,
  ],
  [
    138,
    'another Mac',
    { so: edit([['LimitLoadToHardware', dict([['model', ['Mac1,1']]])]]) },
    'job/hardware',
    /LimitLoadToHardware in its plist may leave this Mac out\.$/,
    /sysctl hw\.model/,
  ],
  [
    146,
    'a start that is held back',
    {
      so: (world) =>
        void world.launchctl.load(world.target(A), world.path(A), {
          pid: null,
          runs: 0,
          state: 'not running',
          pended: 'speculative',
        }),
    },
    'job/start-held-back',
    /holds its start back \(speculative\)/,
    /launchctl kickstart gui/,
  ],
  [
    150,
    'a job of macOS',
    { label: 'com.apple.thing' },
    'job/apple',
    /com\.apple\.thing belongs to macOS/,
    /label of its own/,
  ],
  [
    150,
    'a job of macOS, taken out',
    { label: 'com.apple.thing', verb: 'bootout' },
    'job/apple',
    /launchctl bootout was refused with 150: com\.apple\.thing belongs/,
    /Leave it alone/,
  ],
  [
    155,
    'a program that was downloaded',
    {},
    'job/quarantined',
    /macOS keeps .*a\.plist or \/bin\/echo in quarantine/,
    /xattr -p com\.apple\.quarantine/,
  ],
  [
    null,
    'a start that hangs since the program is not there',
    { verb: 'kickstart', so: edit([['Program', '/opt/none']]) },
    'job/cannot-start',
    /launchctl kickstart was refused: \/opt\/none is not there\.$/,
    /ls -l/,
  ],
  [
    null,
    'no answer',
    { verb: 'bootout' },
    'launchctl/no-answer',
    /was ended by a signal\.$/,
    /launchctl print/,
  ],
];

function answerOf(verb: Verb, code: number | null): Answer {
  return { verb, code, outcome: outcomeOf(verb, code, ''), timedOut: false };
}

function openWorld({ so }: Situation): World {
  const world = createWorld();
  writeFileSync(world.path(A), plistText(A, 'new'), { mode: 0o644 });
  so?.(world);
  return world;
}

const SETTINGS = { timeoutMs: 1_000, launchctlCommand: 'launchctl' };

describe('a refusal is told with its cause', () => {
  it.each(ROWS.filter(([, , { rootOnly }]) => isRoot || rootOnly !== true))(
    '%s: %s',
    async (code, _, situation, told, sentence, hint) => {
      const world = openWorld(situation);
      const { verb = 'bootstrap', domain = GUI, label = A } = situation;
      const job = { domain, label, path: world.path(A) };
      const error = await explainRefusal(
        { ports: world.ports, settings: SETTINGS },
        answerOf(verb, code),
        job,
      );
      expect(error).toBeInstanceOf(ReconcileError);
      expect(error.code).toBe(told);
      expect(error.message).toMatch(sentence);
      expect(error.message).toMatch(/[^.]\.$/);
      expect(error.hint).toMatch(hint);
      // To find it, nothing was done but look.
      expect(world.launchctl.calls.filter((call) => !call.startsWith('print'))).toEqual([]);
    },
  );

  it.each(LAUNCHCTL_CODES.filter(({ code }) => code !== 0))(
    '$code ($name) has words and a next step even when nothing is to be seen',
    async ({ code, text }) => {
      for (const verb of ['bootstrap', 'bootout', 'kickstart', 'enable', 'disable'] as const) {
        const world = openWorld({});
        const job = { domain: GUI, label: A, path: world.path(A) };
        const error = await explainRefusal(
          { ports: world.ports, settings: SETTINGS },
          answerOf(verb, code),
          job,
        );
        expect(error.message).toContain(`${code}`);
        if (error.code.startsWith('launchctl/')) expect(error.message).toContain(text);
        expect(error.hint).toMatch(/\S/);
        expect(error.hint).not.toContain('DOMAIN/LABEL');
      }
    },
  );

  it('never lets what cannot be looked at hide the refusal', async () => {
    const world = openWorld({});
    const fail = async (): Promise<never> =>
      Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }));
    const ports = { ...world.ports, files: { ...world.ports.files, identify: fail, read: fail } };
    world.launchctl.rules.push({ call: 'print', answer: { stdout: 'garbage' } });
    const job = { domain: GUI, label: A, path: world.path(A) };
    const error = await explainRefusal({ ports, settings: SETTINGS }, answerOf('bootstrap', 5), job);
    expect(error.code).toBe('launchctl/5');
  });

  it.each([
    ['what is loaded or still going, which the caller has seen', GOING, null],
    ['what a person must put right', DISABLED, 'job/disabled'],
  ])('tells at once, before it is tried again: %s', async (_, so, code) => {
    const world = openWorld({ so });
    const job = { domain: GUI, label: A, path: world.path(A) };
    for (const number of [5, 37]) {
      const means = { ports: world.ports, settings: SETTINGS };
      expect((await findCause(means, answerOf('bootstrap', number), job))?.code ?? null).toBe(code);
    }
  });
});
