import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canPretend, createMac, type Mac } from '../support/mac.ts';
import { CLI, until } from '../support/private-home.ts';

/** The root side by its pipe: it runs as root, and whoever writes into the pipe is taken for an enemy. */

let mac: Mac;
beforeEach(async () => {
  if (canPretend) mac = await createMac();
});
afterEach(() => mac?.end());

type Fields = Readonly<Record<string, unknown>>;

/** Sends each request and waits for its answer; gives the answers. */
async function ask(...requests: readonly Fields[]): Promise<readonly Fields[]> {
  const child = mac.start([process.execPath, CLI, 'root-side', '--root', mac.root], {
    SUDO_UID: String(mac.uid),
    // None of these may count.
    RECONCILE_LAUNCHCTL: '/tmp/evil',
    RECONCILE_ROOT: '/tmp/evil',
    NODE_ENV: 'test',
  });
  const answers: Fields[] = [];
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  for (const [index, request] of requests.entries()) {
    child.stdin?.write(`${JSON.stringify({ id: index + 1, ...request })}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) break;
      const answer = JSON.parse(value);
      if ('event' in answer) continue;
      answers.push(answer);
      break;
    }
  }
  child.stdin?.end();
  await new Promise((resolve) => child.once('close', resolve));
  return answers;
}

const BEGIN = { do: 'begin', stack: 'tools', timeoutMs: 10_000, lockTimeoutMs: 0, mayAdopt: false };
const LABEL = 'com.example.job';

const text = (label: string, comment = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${comment}<plist version="1.0"><dict><key>Label</key><string>${label}</string><key>ProgramArguments</key><array><string>/bin/sleep</string><string>999</string></array></dict></plist>\n`;

const change = (actions: readonly Fields[], over: Fields = {}): Fields => ({
  do: 'apply',
  change: {
    instance: 'job',
    label: LABEL,
    domain: 'system',
    op: 'create',
    plist: join(mac.daemons, `${LABEL}.plist`),
    waits: false,
    actions,
    ...over,
  },
});

const write = (over: Fields = {}): Fields => ({
  action: 'write-plist',
  path: join(mac.daemons, `${LABEL}.plist`),
  content: text(LABEL),
  mode: 0o644,
  expect: null,
  ...over,
});

const bootstrap = (over: Fields = {}): Fields => ({
  action: 'bootstrap',
  domain: 'system',
  label: LABEL,
  path: join(mac.daemons, `${LABEL}.plist`),
  ...over,
});

const target = (action: string, over: Fields = {}): Fields => ({
  action,
  domain: 'system',
  label: LABEL,
  ...over,
});

/** Everything of root's that the requests could have changed. */
const traces = (): readonly string[] => [
  ...readdirSync(mac.daemons),
  ...readdirSync(mac.globalAgents),
  ...mac.calls().filter((call) => !/ print/.test(call)),
];

describe.runIf(canPretend)('the root side', () => {
  it('does what it may: one job, its plist root’s own', async () => {
    const [begun, done] = await ask(
      BEGIN,
      change([write(), bootstrap(), target('await-loaded', { starts: false })]),
    );
    expect(begun).toEqual({ id: 1, value: null });
    expect(done).toMatchObject({ id: 2, value: { outcome: 'applied', changed: true } });
    const { uid, gid, mode } = statSync(join(mac.daemons, `${LABEL}.plist`));
    expect([uid, gid, mode & 0o777]).toEqual([0, 0, 0o644]);
  });

  it('refuses whatever is not on its list, and begins nothing of it', async () => {
    const other = join(mac.daemons, 'com.example.other.plist');
    const evil: readonly (readonly [string, Fields])[] = [
      [
        'an Apple label',
        change([write({ path: join(mac.daemons, 'com.apple.x.plist'), content: text('com.apple.x') })], {
          label: 'com.apple.x',
        }),
      ],
      ['another place', change([write({ path: '/etc/cron.d/job' })])],
      ['a detour', change([write({ path: `${mac.daemons}/../LaunchDaemons/${LABEL}.plist` })])],
      ['a sub-folder', change([write({ path: join(mac.daemons, 'x', `${LABEL}.plist`) })])],
      ['another name', change([write({ path: other })])],
      ['another Label inside', change([write({ content: text('com.example.other') })])],
      ['no plist', change([write({ content: '#!/bin/sh' })])],
      ['a plist that others may write', change([write({ mode: 0o666 })])],
      ['a plist that runs with its owner’s rights', change([write({ mode: 0o4644 })])],
      ['a label with a slash', change([target('bootout', { label: 'a/b' })])],
      ['the whole domain', change([target('bootout', { label: '' })])],
      ['the gui of root', change([bootstrap({ domain: 'gui/0' })])],
      ['the gui of somebody else', change([target('bootout', { domain: 'gui/501' })])],
      ['a daemon’s plist in a session', change([write(), bootstrap({ domain: `gui/${mac.uid}` })])],
      ['a plist of the user’s', change([write(), bootstrap({ path: '/tmp/evil.plist' })])],
      [
        'the removal of any file',
        change([
          target('remove-leftover', {
            leftover: { kind: 'pid-file', path: '/etc/passwd', uid: 0, program: null },
          }),
        ]),
      ],
      ['the removal of any plist', change([{ action: 'remove-plist', path: '/etc/passwd', expect: null }])],
      [
        'a mode of its own',
        change([{ action: 'set-mode', path: join(mac.daemons, `${LABEL}.plist`), mode: 0o777 }]),
      ],
      ['a folder for all', change([{ action: 'make-folder', path: join(mac.root, 'x'), mode: 0o777 }])],
      ['an unknown action', change([{ action: 'exec', path: '/bin/sh' }])],
      ['an inherited name', change([{ action: 'constructor' }])],
      ['no actions', { do: 'apply', change: { actions: 'rm -rf' } }],
      ['an unknown request', { do: 'exec', program: '/bin/sh' }],
      [
        'good actions and a bad one after them',
        change([write(), bootstrap(), { action: 'remove-plist', path: '/etc/passwd', expect: null }]),
      ],
      ['an undo of nothing', { do: 'undo', undo: 1, cause: {} }],
    ];
    const [, ...answers] = await ask(BEGIN, ...evil.map(([, request]) => request));
    const accepted = evil
      .filter((_, index) => {
        const { value, error } = answers[index] ?? {};
        return error === undefined && (value as Fields | undefined)?.['outcome'] !== 'failed';
      })
      .map(([name]) => name);
    expect(accepted).toEqual([]);
    expect(answers).toHaveLength(evil.length);
    expect(traces()).toEqual([]);
    expect(existsSync('/etc/passwd')).toBe(true);
  });

  it('does nothing before it was begun', async () => {
    const [answer] = await ask(change([write()]));
    expect(answer).toMatchObject({ error: { message: expect.stringContaining('begun') } });
    expect(traces()).toEqual([]);
  });

  it('leaves alone what is not ours, unless it may adopt', async () => {
    const path = join(mac.daemons, `${LABEL}.plist`);
    writeFileSync(path, text(LABEL));
    const removal = change([target('bootout'), { action: 'remove-plist', path, expect: null }], {
      op: 'delete',
    });
    const [, refused] = await ask(BEGIN, removal);
    expect(refused).toMatchObject({ value: { outcome: 'failed', error: { code: 'job/not-ours' } } });
    expect(readFileSync(path, 'utf8')).toBe(text(LABEL));
    const [, adopted] = await ask(
      { ...BEGIN, mayAdopt: true },
      change([target('bootout')], { op: 'delete' }),
    );
    expect(adopted).toMatchObject({ value: { outcome: 'applied' } });
  });

  it.each([
    ['that others can write', () => chmodSync(mac.daemons, 0o775)],
    ['that is not root’s', () => chownSync(mac.daemons, mac.uid, 0)],
    ['below one that is not root’s', () => chownSync(join(mac.root, 'Library'), mac.uid, 0)],
    ['below one that others can write', () => chmodSync(join(mac.root, 'Library'), 0o777)],
  ])('does not write into a folder %s', async (_, spoil) => {
    spoil();
    const [, answer] = await ask(BEGIN, change([write(), bootstrap()]));
    expect(answer).toMatchObject({ value: { outcome: 'failed', error: { code: 'root/unsafe-folder' } } });
    expect(traces()).toEqual([]);
  });

  it('does not follow a link of a user’s, nor one in the place of a plist', async () => {
    const theirs = join(mac.home, 'daemons');
    mkdirSync(theirs);
    chownSync(theirs, mac.uid, 0);
    const path = join(mac.daemons, `${LABEL}.plist`);
    symlinkSync(join(mac.root, 'precious'), path);
    writeFileSync(join(mac.root, 'precious'), 'mine');
    const [, answer] = await ask({ ...BEGIN, mayAdopt: true }, change([write()]));
    expect(answer).toMatchObject({ value: { outcome: 'failed' } });
    expect(readFileSync(join(mac.root, 'precious'), 'utf8')).toBe('mine');

    const folder = join(mac.root, 'logs');
    symlinkSync(theirs, folder);
    const [, made] = await ask(
      BEGIN,
      change([{ action: 'make-folder', path: join(folder, 'x'), mode: 0o755 }]),
    );
    expect(made).toMatchObject({ value: { outcome: 'failed', error: { code: 'root/unsafe-folder' } } });
    expect(readdirSync(theirs)).toEqual([]);
  });

  it('keeps its state for itself, and refuses one that a user could write', async () => {
    mkdirSync(mac.systemState, { mode: 0o755 });
    chownSync(mac.systemState, mac.uid, 0);
    const [answer] = await ask(BEGIN);
    expect(answer).toMatchObject({ error: { code: 'root/unsafe-state' } });
  });

  it('killed in the middle of a restart, refuses next what was planned without knowing, and sends to root', async () => {
    const ready = join(mac.root, 'ready');
    const deaf = `<string>/bin/sh</string><string>-c</string><string>trap '' TERM; touch ${ready}; while :; do sleep 1; done</string>`;
    const content = text(LABEL)
      .replace('<string>/bin/sleep</string><string>999</string>', deaf)
      .replace('</dict>', '<key>RunAtLoad</key><true/></dict>');
    const begin = { ...BEGIN, mayAdopt: true };
    const into = [bootstrap(), target('await-loaded', { starts: true })];
    const [, loaded] = await ask(begin, change([write({ content }), ...into]));
    expect(loaded).toMatchObject({ value: { outcome: 'applied' } });
    await until('the job being deaf to SIGTERM', () => existsSync(ready));

    const child = mac.start([process.execPath, CLI, 'root-side', '--root', mac.root], {});
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const reload = change(
      [target('bootout'), target('await-gone', { pid: null, exitTimeout: 20 }), ...into],
      {
        op: 'reload',
      },
    );
    child.stdin?.write(`${JSON.stringify({ id: 1, ...begin })}\n`);
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      if (line.startsWith('{"id":1,')) child.stdin?.write(`${JSON.stringify({ id: 2, ...reload })}\n`);
      if (line.includes('"bootout"') || line.includes('"error"')) break;
    }
    for (const pid of mac.find('root-side', mac.root)) process.kill(pid, 'SIGKILL');
    await ended;

    const before = mac.calls().filter((call) => call.includes(' bootstrap ')).length;
    const [, refused] = await ask(begin, change(into, { op: 'load' }));
    expect(refused).toMatchObject({
      value: {
        outcome: 'failed',
        error: {
          code: 'apply/unfinished',
          hint: `Let root plan what puts it right: sudo reconcile apply -t ${LABEL}`,
        },
      },
    });
    expect(mac.calls().filter((call) => call.includes(' bootstrap '))).toHaveLength(before);
  });

  it('is root’s only', async () => {
    const { code, stderr } = await mac.run(mac.uid, [process.execPath, CLI, 'root-side']);
    expect(code).toBe(77);
    expect(stderr).toContain('sudo');
  });

  it('one at a time: names the process that holds root’s lock', async () => {
    const first = mac.start([process.execPath, CLI, 'root-side', '--root', mac.root], {});
    const lines = createInterface({ input: first.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    first.stdin?.write(`${JSON.stringify({ id: 1, ...BEGIN })}\n`);
    await lines.next();
    const [answer] = await ask(BEGIN);
    expect(answer).toMatchObject({ error: { code: 'lock/held', exitCode: 75 } });
    mac.write(
      'reconcile.yaml',
      `version: 1\nname: tools\ninstances:\n  d: { command: /bin/sleep 9, domain: system }\n`,
    );
    expect((await mac.asUser('apply', '--yes')).code).toBe(75);
    first.stdin?.end();
    await new Promise((resolve) => first.once('close', resolve));
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
  });
});
