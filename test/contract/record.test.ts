import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_FIDELITY } from '../../src/emulator/fidelity.ts';
import { type CapturedIndex, capturedFolders, problemsOf } from '../launchd/captured.ts';
import { done } from '../support/packed.ts';
import { execute } from '../support/private-home.ts';
import { runScenario, SUBJECTS } from './contract.ts';
import { openEmbedded, type ProcessPort } from './process-port.ts';
import { oursOf, QUESTIONS, type Question } from './questions.ts';
import { answerQuestions } from './record/answers.ts';
import { main } from './record/main.ts';
import { openRecorder } from './record/recorder.ts';
import { findRuns, readRun } from './record/run.ts';
import { makeScrub } from './record/scrub.ts';
import { LAYOUT_SCENARIOS } from './scenarios/layout.ts';
import { LOAD_SCENARIOS } from './scenarios/load.ts';
import { OPEN_SCENARIOS } from './scenarios/open.ts';
import { OPEN_WORDS } from './scenarios/open-words.ts';
import { USAGE_SCENARIOS } from './scenarios/usage.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The questions are data about the suite and the choices of the embedded launchd: both must be there. */
describe('the open questions', () => {
  it('have each a scenario', () => {
    const names = Object.values(SUBJECTS).flatMap((scenarios) => scenarios.map(({ name }) => name));
    const lost = QUESTIONS.filter(({ scenario }) => !names.some((name) => name.startsWith(`${scenario} (`)));
    expect(lost.map(({ id }) => id)).toEqual([]);
    expect(new Set(QUESTIONS.map(({ id }) => id)).size).toBe(QUESTIONS.length);
  });

  it('are answered here as the default of their choice says', () => {
    const wrong = QUESTIONS.flatMap((question: Question) => {
      const { id, choice } = question;
      if (choice === undefined) return question.where === undefined ? [`${id}: nowhere to change it`] : [];
      const roles = choice.asUser === true ? [false] : [false, true];
      return (
        roles
          .map((root) => oursOf(question, root))
          // 5 hides what the choice is about.
          .filter((answer) => answer !== '5' || choice.values[answer] !== undefined)
          .filter((answer) => choice.values[answer] !== DEFAULT_FIDELITY[choice.option])
          .map((answer) => `${id}: ${answer}`)
      );
    });
    expect(wrong).toEqual([]);
  });

  it('cover every choice of the embedded launchd that a scenario can see', () => {
    const asked = new Set<string>(QUESTIONS.flatMap((question: Question) => question.choice?.option ?? []));
    // Nobody can make fork fail on a person's Mac.
    expect(Object.keys(DEFAULT_FIDELITY).filter((option) => !asked.has(option))).toEqual(['forkRetry']);
  });
});

describe('a recorded run', () => {
  let folder: string;
  let recorded: string;
  let port: ProcessPort;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'contract-record-')));
    recorded = join(folder, 'run/embedded');
    port = openEmbedded();
    const recorder = openRecorder(recorded, port);
    const quick = OPEN_SCENARIOS.filter(({ name }) => /its codes?|its words|not absolute|nowhere/.test(name));
    const scenarios = [...quick, ...OPEN_WORDS, ...USAGE_SCENARIOS, ...LAYOUT_SCENARIOS, ...LOAD_SCENARIOS];
    const waiting = scenarios[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (const scenario of waiting) await runScenario(scenario, port, recorder);
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    await port.close();
    recorder.close();
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tells its questions from its answers, all as the embedded launchd is said to answer', () => {
    const answers = answerQuestions(readRun(recorded));
    const seen = answers.filter(({ verdict }) => verdict !== 'not-asked');
    expect(seen.length).toBeGreaterThanOrEqual(20);
    expect(seen.filter(({ verdict }) => verdict !== 'as-ours')).toEqual([]);
    expect(readRun(recorded).results.every(({ outcome }) => ['passed', 'skipped'].includes(outcome))).toBe(
      true,
    );
  });

  it('says what an answer of another kind changes', () => {
    const run = readRun(recorded);
    const answered = (question: string, answer: string, root = true) => {
      const observed = [{ question, scenario: 's', answer }];
      const all = answerQuestions({ ...run, about: { ...run.about, root }, observed });
      return all.find((each) => each.question.id === question);
    };
    expect(answered('usage-error', '1')).toMatchObject({
      verdict: 'differs',
      change: 'set `usageError` to 1 in DEFAULT_FIDELITY, src/emulator/fidelity.ts',
    });
    expect(answered('usage-error', '2')?.change).toContain('`usageError` knows no such answer');
    expect(answered('disabled-code', '5')?.change).toContain('`disabledBootstrap` is right');
    expect(answered('disabled-code', '5', false)?.verdict).toBe('as-ours');
    expect(answered('hidden-codes', '5')?.change).toContain('ask as a user');
    expect(answered('hidden-codes', '108', false)?.change).toContain('set `hideCodes` to false');
    expect(answered('agent-tmpdir', 'not set')?.change).toContain('change src/emulator/environment.ts');
    const twice = ['0', '37'].map((answer) => ({ question: 'kickstart-running', scenario: 's', answer }));
    expect(
      answerQuestions({ ...run, observed: twice }).find(({ verdict }) => verdict === 'contradicts-itself')
        ?.change,
    ).toContain('kickstart of a job that runs: its code');
  });

  it('becomes fixtures that our readers understand, one of each form, without anything personal', async () => {
    const into = join(folder, 'fixtures');
    const script = join(ROOT, 'scripts/contract-fixtures.mjs');
    const { stdout } = await done(
      'contract:fixtures',
      execute(process.execPath, [script, 'run', '--into', 'fixtures'], { PATH: process.env['PATH'] }, folder),
    );
    expect(stdout).toMatch(/= §7 no\. 7 +With which code does wrong usage end\?\n +→ 64, as ours/);
    expect(stdout).toMatch(/\d+ texts and \d+ refusals are written to fixtures\/embedded-as-macos-\d+\./);
    const [name = ''] = capturedFolders(into);
    const captured = join(into, name);
    expect(problemsOf(captured)).toEqual([]);
    const index: CapturedIndex = JSON.parse(readFileSync(join(captured, 'index.json'), 'utf8'));
    expect(
      index.captures.filter(({ reading }) => reading.why !== null || reading.different.length > 0),
    ).toEqual([]);
    expect(new Set(index.captures.map(({ kind }) => kind))).toEqual(
      new Set(['service', 'domain', 'disabled']),
    );
    expect(index.captures.filter(({ loaded }) => loaded !== null).length).toBeGreaterThan(20);
    const all = readdirSync(captured)
      .map((file) => readFileSync(join(captured, file), 'utf8'))
      .join('\n');
    const { homedir, username } = userInfo();
    for (const personal of [port.folder, port.run, hostname(), username === 'root' ? '/root' : homedir])
      expect(all).not.toContain(personal);
    // A text that somebody has changed is noticed.
    const file = index.captures.find(({ kind }) => kind === 'service')?.file ?? '';
    writeFileSync(join(captured, file), readFileSync(join(captured, file), 'utf8').slice(0, -5));
    expect(problemsOf(captured)[0]).toContain(file);
  });

  it('is told by the workflow in its summary, with the fixtures beside', async () => {
    const { jobs } = parse(readFileSync(join(ROOT, '.github/workflows/contract.yml'), 'utf8'));
    const steps: readonly { readonly name?: string; readonly run?: string }[] = jobs.launchd.steps;
    const script = steps.find(({ name }) => name === 'Tell what it answers')?.run ?? '';
    const place = mkdtempSync(join(folder, 'workflow-'));
    const summary = join(place, 'summary.md');
    symlinkSync(join(ROOT, 'scripts'), join(place, 'scripts'));
    const env = { PATH: process.env['PATH'], GITHUB_STEP_SUMMARY: summary };
    const tell = () => execute('bash', ['-e', '-c', script], env, place);
    expect(await tell()).toMatchObject({ code: 65 });
    expect(readFileSync(summary, 'utf8')).toContain('holds no run');
    cpSync(recorded, join(place, 'contract-run/embedded'), { recursive: true });
    expect(await tell()).toMatchObject({ code: 0 });
    expect(readFileSync(summary, 'utf8')).toMatch(/Answers: \d+ as ours, 0 different, \d+ not asked\./);
    const [fixtures = ''] = capturedFolders(join(place, 'contract-fixtures'));
    expect(problemsOf(join(place, 'contract-fixtures', fixtures))).toEqual([]);
  });

  it('of the embedded launchd proves nothing about a Mac: its fixtures go nowhere by themselves', () => {
    const { out, code } = main([join(folder, 'run')], join(folder, 'repository'), folder);
    expect(code).toBe(0);
    expect(out).toContain('No fixtures are written');
    expect(readdirSync(folder)).not.toContain('repository');
  });

  it.each<readonly [string, (copy: string) => void, string]>([
    ['is cut off', (copy) => cut(join(copy, 'calls.jsonl')), 'it has been changed or cut off'],
    ['misses a part', (copy) => rmSync(join(copy, 'jobs.jsonl')), 'jobs.jsonl is missing'],
    ['was interrupted', (copy) => rmSync(join(copy, 'run.json')), 'the run may have been interrupted'],
    ['is of another form', (copy) => edit(copy, { format: 99 }), 'has the form 99, and 1 is read here'],
    ['does not say what it is of', (copy) => edit(copy, { launchd: 'other' }), 'does not tell which launchd'],
    ['is no JSON', (copy) => writeFileSync(join(copy, 'run.json'), '{'), 'run.json cannot be read'],
  ])('that %s is refused, in words', (_, damage, words) => {
    const copy = mkdtempSync(join(folder, 'damaged-'));
    cpSync(recorded, copy, { recursive: true });
    damage(copy);
    const said = main([copy, '--into', join(folder, 'never')], ROOT, folder);
    expect(said).toMatchObject({ code: 65, out: '' });
    expect(said.error).toContain(words);
    expect(said.error).toContain(copy);
  });

  it('has to be named', () => {
    expect(main([], ROOT, folder)).toMatchObject({ code: 64, out: '' });
    expect(main(['a', '--out', 'b'], ROOT, folder).code).toBe(64);
    expect(main(['no-such-folder'], ROOT, folder).error).toContain('There is no folder');
    writeFileSync(join(folder, 'archive.zip'), '');
    expect(main(['archive.zip'], ROOT, folder).error).toContain('unpack it first');
    mkdirSync(join(folder, 'empty'));
    expect(main(['empty'], ROOT, folder).error).toContain('holds no run');
  });

  it('is found below the folder of an artifact, each machine by itself', () => {
    const artifact = join(folder, 'artifact');
    for (const machine of ['contract-macos-14', 'contract-macos-15'])
      cpSync(recorded, join(artifact, machine, 'apple'), { recursive: true });
    expect(findRuns(artifact)).toHaveLength(2);
  });

  it('is not written over', () => {
    expect(() => openRecorder(recorded, port)).toThrow('There is a run in');
  });
});

function cut(path: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, text.length / 2));
}

function edit(copy: string, change: Readonly<Record<string, unknown>>): void {
  const path = join(copy, 'run.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
}

describe('what is taken out of a text', () => {
  const scrub = makeScrub({
    home: '/Users/ada',
    user: 'ada',
    host: 'Adas-MacBook-Pro.local',
    uid: 502,
    folder: '/private/var/folders/q1/x_y/T/launchctl-contract-000123401-AbCdEf',
    labelPrefix: 'com.example.reconcile-contract.000123401',
    run: '000123401',
  });
  const answer = (args: readonly string[], stdout: string): string =>
    scrub.answer(args, { code: 0, stdout, stderr: '' }).stdout;

  it('paths, names and numbers of a person and of a run', () => {
    const text = [
      'path = /private/var/folders/q1/x_y/T/launchctl-contract-000123401-AbCdEf/a.plist',
      'gui/502/com.example.reconcile-contract.000123401.web = {',
      'domain = gui/502 [100011]',
      'Could not find domain for user gui: 502',
      'HOME => /Users/ada',
      'LOGNAME => ada',
      'working directory = /Users/ada/adapter',
      'other = /Users/bob/x and /Users/Shared/y',
      'host = Adas-MacBook-Pro.local, adas-macbook-pro',
      'TMPDIR => /var/folders/zz/T/x',
      'SSH_AUTH_SOCK => /private/tmp/com.apple.launchd.aBcDeFgHiJ/Listeners',
      'BTM uuid = 01234567-89AB-CDEF-0123-456789ABCDEF',
      'to ada@example.org',
      'sleep 3600.000123401',
    ].join('\n');
    expect(scrub.text(text)).toBe(
      [
        'path = /private/tmp/contract/a.plist',
        'gui/501/com.example.contract.web = {',
        'domain = gui/501 [100011]',
        'Could not find domain for user gui: 501',
        'HOME => /Users/me',
        'LOGNAME => me',
        'working directory = /Users/me/adapter',
        'other = /Users/me/x and /Users/Shared/y',
        'host = mac, mac',
        'TMPDIR => /private/var/folders/zz/scrubbed/x',
        'SSH_AUTH_SOCK => /private/tmp/com.apple.launchd.scrubbed00/Listeners',
        'BTM uuid = 00000000-0000-0000-0000-000000000000',
        'to me@example.com',
        'sleep 3600.1',
      ].join('\n'),
    );
  });

  it('what others have loaded into a domain, and what its environment holds; the columns stay', () => {
    const text = [
      'gui/502 = {',
      '\ttype = login',
      '\tenvironment = {',
      '\t\tSECRET_TOKEN => abc',
      '\t\tPATH => /usr/bin',
      '\t}',
      '',
      '\tservices = {',
      '\t\t   31415      - \tcom.apple.Finder',
      '\t\t   27182      - \tcom.vendor.agent',
      '\t\t       0    -15 \tcom.example.reconcile-contract.000123401.job',
      '\t}',
      '',
      '\tunmanaged processes = {',
      '\t\tcom.vendor.tool.77 = {',
      '\t\t\tactive count = 3',
      '\t\t}',
      '\t\tcom.apple.tool.78 = {',
      '\t\t\tactive count = 4',
      '\t\t}',
      '\t}',
      '',
      '\tdisabled services = {',
      '\t\t"com.vendor.agent" => disabled',
      '\t\t"com.apple.agent" => enabled',
      '\t}',
      '}',
    ].join('\n');
    expect(answer(['print', 'gui/502'], text)).toBe(
      [
        'gui/501 = {',
        '\ttype = login',
        '\tenvironment = {',
        '\t\tPATH => /usr/bin',
        '\t}',
        '',
        '\tservices = {',
        '\t\t    1001      - \tcom.apple.Finder',
        '\t\t       0    -15 \tcom.example.contract.job',
        '\t}',
        '',
        '\tunmanaged processes = {',
        '\t\tcom.apple.tool.78 = {',
        '\t\t\tactive count = 4',
        '\t\t}',
        '\t}',
        '',
        '\tdisabled services = {',
        '\t\t"com.apple.agent" => enabled',
        '\t}',
        '}',
      ].join('\n'),
    );
  });

  it('the session’s variables of a job, never the job’s own; a process has one number everywhere', () => {
    const text = [
      'gui/502/com.example.reconcile-contract.000123401.job = {',
      '\tinherited environment = {',
      '\t\tSECRET_TOKEN => abc',
      '\t\tSSH_AUTH_SOCK => /x',
      '\t}',
      '\tenvironment = {',
      '\t\tGREETING => hello',
      '\t}',
      '\tpid = 31415',
      '}',
    ].join('\n');
    const label = 'com.example.reconcile-contract.000123401.job';
    const seen = answer(['print', `gui/502/${label}`], text);
    expect(seen).not.toContain('SECRET_TOKEN');
    expect(seen).toContain('\t\tSSH_AUTH_SOCK => /x\n');
    expect(seen).toContain('\t\tGREETING => hello\n');
    expect(seen).toContain('\tpid = 1001\n');
    expect(answer(['list'], `PID\tStatus\tLabel\n31415\t0\t${label}\n99\t0\tcom.vendor.agent\n`)).toBe(
      'PID\tStatus\tLabel\n1001\t0\tcom.example.contract.job\n',
    );
    expect(answer(['list', label], '{\n\t"PID" = 31415;\n};\n')).toBe('{\n\t"PID" = 1001;\n};\n');
    expect(answer(['kickstart', '-p', 'x'], '31415\n')).toBe('1001\n');
    expect(answer(['manageruid'], '502\n')).toBe('501\n');
    expect(
      answer(
        ['print-disabled', 'gui/502'],
        '\n\tdisabled services = {\n\t\t"com.vendor.a" => disabled\n\t}\n',
      ),
    ).toBe('\n\tdisabled services = {\n\t}\n');
  });
});
