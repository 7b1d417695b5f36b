import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alive } from '../support/embedded-world.ts';
import { CLI, type Ended, execute, LAUNCHCTL, until } from '../support/private-home.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  /** All of standard output so far. */
  output(): string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

function environment(folder: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' };
}

function run(folder: string, argv: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return execute(
    process.execPath,
    [CLI, 'embedded', 'run', ...argv],
    { ...environment(folder), ...env },
    folder,
  );
}

/** Starts a shell in a world, and returns when it has said `ready`. */
async function begin(folder: string, script: string): Promise<Run> {
  const child = spawn(process.execPath, [CLI, 'embedded', 'run', '--', '/bin/sh', '-c', script], {
    cwd: folder,
    env: environment(folder),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += String(chunk);
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  await until('the shell to be ready', () => text.includes('ready\n'));
  return { child, output: () => text, ended };
}

/** An agent that runs until it is ended, loaded by hand. */
const LOAD_AGENT = `
cat > agent.plist <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>Label</key><string>com.example.agent</string>
<key>ProgramArguments</key><array><string>/bin/sleep</string><string>3600</string></array>
<key>KeepAlive</key><true/></dict></plist>
END
chmod 600 agent.plist
launchctl bootstrap gui/$(id -u) "$PWD/agent.plist"
launchctl embedded-status
`;

describe('embedded run', () => {
  it('gives a command our launchctl, a home of its own, the working directory and nothing of another launchd', async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await run(
      folder,
      [
        '--',
        '/bin/sh',
        '-c',
        'command -v launchctl; pwd; ls -A "$HOME" | wc -l; echo $(env | cut -d= -f1 | grep -E "^(RECONCILE_(LAUNCHCTL|LAUNCHD|ROOT)|XDG_CONFIG_HOME)$") $RECONCILE_LAUNCHD; cd "$HOME" && pwd',
      ],
      {
        RECONCILE_LAUNCHCTL: '/bin/launchctl',
        RECONCILE_ROOT: '/nowhere',
        XDG_CONFIG_HOME: '/nowhere',
        RECONCILE_LAUNCHD: 'system',
      },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [launchctl, cwd, files, variables, home = ''] = stdout.trim().split('\n');
    expect(launchctl).toBe(LAUNCHCTL);
    expect(cwd).toBe(folder);
    expect(files?.trim()).toBe('0');
    expect(variables).toBe('RECONCILE_LAUNCHD embedded');
    expect(home.startsWith(`${folder}/reconcile-world-`)).toBe(true);
    expect(existsSync(home)).toBe(false);
  });

  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -KILL $$', 137],
    ['kill -TERM $$', 143],
  ])('`%s` ends it with %i, as in a shell', async (script, code) => {
    expect((await run(temporaryFolder(), ['--', '/bin/sh', '-c', script])).code).toBe(code);
  });

  it('passes options after the name of the command on, with and without --', async () => {
    const folder = temporaryFolder();
    expect((await run(folder, ['echo', '--json', '-v', '--help'])).stdout).toBe('--json -v --help\n');
    expect((await run(folder, ['--', 'echo', '--', '-x'])).stdout).toBe('-- -x\n');
  });

  it('tells a command that is not there (127) from one that cannot be executed (126)', async () => {
    const folder = temporaryFolder();
    const script = join(folder, 'script');
    writeFileSync(script, '#!/no/such/interpreter\n');
    const missing = await run(folder, ['--', 'no-such-command']);
    expect(missing).toMatchObject({ code: 127, stdout: '' });
    expect(missing.stderr).toContain('no-such-command cannot be run: there is no such program.');
    expect(missing.stderr).toContain('PATH');
    const refused = await run(folder, ['--', script]);
    expect(refused.code).toBe(126);
    expect(refused.stderr).toContain('it may not be executed');
    chmodSync(script, 0o755);
    const lost = await run(folder, ['--', script]);
    expect(lost.code).toBe(126);
    expect(lost.stderr).toContain('the interpreter that its first line names is missing');
    for (const { stderr } of [missing, refused, lost]) expect(stderr).not.toContain('    at ');
  });

  it('is not misled by a folder of PATH that is none', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const env = { PATH: `${file}:/no/such/folder:${process.env['PATH']}` };
    expect((await run(folder, ['--', 'no-such-command'], env)).code).toBe(127);
    expect((await run(folder, ['--', 'sh', '-c', 'exit 3'], env)).code).toBe(3);
  });

  it('works where the temporary folder has a name that is too long for a socket', async () => {
    const folder = temporaryFolder();
    const deep = join(folder, 'x'.repeat(60), 'y'.repeat(60));
    mkdirSync(deep, { recursive: true });
    const { code, stdout, stderr } = await run(folder, ['--', 'launchctl', 'managername'], { TMPDIR: deep });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^(Aqua|System)\n$/);
  });

  it('wants a command', async () => {
    const { code, stderr } = await run(temporaryFolder(), []);
    expect(code).toBe(64);
    expect(stderr).toContain('command');
  });

  it('ends with the world: its launchd, its jobs, its folder', async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await run(folder, ['--', '/bin/sh', '-euc', LOAD_AGENT]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const status = JSON.parse(stdout);
    expect(status.services).toMatchObject([{ label: 'com.example.agent' }]);
    expect(alive(status.services[0].pid)).toBe(false);
    expect(existsSync(status.folder)).toBe(false);
    await until('the end of the daemon', () => !alive(status.pid));
  });

  it('runs inside itself: each world is its own, and the inner one ends first', async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await run(folder, [
      '--',
      '/bin/sh',
      '-euc',
      `${LOAD_AGENT} "${process.execPath}" "${CLI}" embedded run -- /bin/sh -c 'launchctl embedded-status'; launchctl embedded-status`,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [outer, inner, again] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(inner.folder).not.toBe(outer.folder);
    expect(inner.services ?? []).toEqual([]);
    expect(again).toMatchObject({ pid: outer.pid, services: [{ pid: outer.services[0].pid }] });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'passes %s on, and waits for what the command makes of it',
    async (name) => {
      const { child, output, ended } = await begin(
        temporaryFolder(),
        `trap 'echo got ${name}; exit 5' ${name.slice(3)}; echo ready; while :; do sleep 0.1; done`,
      );
      child.kill(name);
      expect(await ended).toEqual({ code: 5, signal: null });
      expect(output()).toBe(`ready\ngot ${name}\n`);
    },
  );

  it('leaves no daemon, no job and no folder when it is killed itself, and the command gets no new launchd', async () => {
    const folder = temporaryFolder();
    const go = join(folder, 'go');
    const answer = join(folder, 'answer');
    const { child, output, ended } = await begin(
      folder,
      `${LOAD_AGENT} echo ready; trap '' HUP; until [ -e '${go}' ]; do sleep 0.05; done; ` +
        `cd /; launchctl list > '${answer}.part' 2>&1; echo $? >> '${answer}.part'; mv '${answer}.part' '${answer}'`,
    );
    const status = JSON.parse(output().split('\n')[0] ?? '');
    expect(alive(status.pid)).toBe(true);
    expect(alive(status.services[0].pid)).toBe(true);
    child.kill('SIGKILL');
    expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
    await until('the end of the daemon', () => !alive(status.pid));
    expect(alive(status.services[0].pid)).toBe(false);
    expect(existsSync(status.folder)).toBe(false);
    // The command itself goes on, as any child of a killed process; it just has no launchd any more.
    writeFileSync(go, '');
    const told = await until('the answer', () => existsSync(answer) && execute('cat', [answer], {}, '/'));
    expect(told.stdout).toBe(
      'The embedded launchd cannot be reached: this world has ended with whoever made it.\n118\n',
    );
    expect(existsSync(status.folder)).toBe(false);
  });
});
