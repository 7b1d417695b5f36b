import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSensitive } from '../../src/launchd/secrets.ts';
import { unwrap, WRAPPER, wrap } from '../../src/launchd/wrapper.ts';
import { dict } from '../../src/model/plist.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** POSIX shells that are here. /bin/sh is what launchd runs; on a Mac that is bash, called by the name sh. */
const SHELLS = ['/bin/sh', '/bin/dash', '/bin/bash', '/usr/bin/ksh', '/bin/zsh'].filter((path) =>
  existsSync(path),
);

interface Answer {
  readonly code: number | null;
  readonly stderr: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs the wrapper with these arguments; its command prints its environment, and the variables that it has got. */
function start(shell: string, args: readonly string[], env: Record<string, string> = {}, input = ''): Answer {
  const print = 'process.stdout.write(JSON.stringify(process.env))';
  const { status, stdout, stderr } = spawnSync(
    shell,
    ['-c', WRAPPER, 'reconcile', 'com.example.web', ...args, '--', process.execPath, '-e', print],
    { env, input, encoding: 'utf8', argv0: 'sh' },
  );
  return { code: status, stderr, env: status === 0 ? JSON.parse(stdout) : {} };
}

const fileWith = (text: string | Buffer): string => {
  const path = join(temporaryFolder(), 'a file');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

describe.each(SHELLS)('the wrapper in %s', (shell) => {
  const envOf = (text: string | Buffer, args: readonly string[] = [], env: Record<string, string> = {}) =>
    start(shell, [...args, 'env-file', fileWith(text)], env);

  it.each([
    ['A=one', { A: 'one' }],
    ['# comment\n\n; other\n  A=one', { A: 'one' }],
    ['export A=one\nexport\tB=two', { A: 'one', B: 'two' }],
    ['A=one two  # said\nB=a#b\nC= # nothing\nD=', { A: 'one two', B: 'a#b', C: '', D: '' }],
    ['A=  spaced\t \nB=x', { A: 'spaced', B: 'x' }],
    ["A='it is $HOME `x` \\n' # said", { A: 'it is $HOME `x` \\n' }],
    ['A="a \\"b\\" \\$c \\\\ \\n\\t\\z"', { A: 'a "b" $c \\ \n\t\\z' }],
    ['A="first\nsecond\n"\nB=after', { A: 'first\nsecond\n', B: 'after' }],
    ["A='first\n# second'", { A: 'first\n# second' }],
    ['A=a=b==', { A: 'a=b==' }],
    ['A=windows\r\nB="x"\r\n', { A: 'windows', B: 'x' }],
    ['A=one\nA=two', { A: 'two' }],
    ['\uFEFFA=one\n', { A: 'one' }],
    ['\uFEFF# by an editor of Windows\r\nA=one\r\n', { A: 'one' }],
    ['A=\\n*?[a]~ $B $(id) `id`', { A: '\\n*?[a]~ $B $(id) `id`' }],
    ['IFS=x\nA=axbxc\nPATH=/nowhere\nB=-n', { A: 'axbxc', B: '-n', IFS: 'x', PATH: '/nowhere' }],
  ])('reads %j', (text, expected) => {
    const { env, code, stderr } = envOf(text);
    expect([code, stderr]).toEqual([0, '']);
    expect(env).toMatchObject(expected);
  });

  it('evaluates nothing of what it reads', () => {
    const trace = join(temporaryFolder(), 'trace');
    const evil = `$(touch ${trace}) \`touch ${trace}\` ; touch ${trace}`;
    const { env } = envOf(`A=${evil}\nB="${evil.replaceAll('"', '')}"`);
    expect([env['A'], env['B']]).toEqual([evil, evil]);
    expect(existsSync(trace)).toBe(false);
  });

  it.each([
    ['A=1\njust hunter2', 'line 2 of'],
    ['hunter 2=x', 'line 1 of'],
    ['2A=hunter2', 'line 1 of'],
    ['=hunter2', 'line 1 of'],
    ['A="hunter2\nB=x', 'line 1 of'],
    ["A='hunter2", 'has a quote that is not closed'],
    ['A="x" hunter2', 'has more after the quote'],
    ['A=1\n\uFEFFB=hunter2', 'line 2 of'],
    // What a shell keeps for itself, whichever it is: in bash, and so on a Mac, UID cannot be set.
    ['A=1\nUID=hunter2', 'sets UID, which the shell'],
    ['OPTIND=hunter2', 'sets OPTIND, which the shell'],
    ['_rc_v=hunter2', 'sets _rc_v, which the shell'],
  ])('refuses %j in one line that tells no value', (text, why) => {
    const { code, stderr } = envOf(text);
    expect(code).toBe(78);
    expect(stderr).toMatch(/^reconcile: com\.example\.web: [^\n]*\n$/);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain('hunter');
  });

  it('gives the content of a file without the line end at its end', () => {
    const of = (content: string) => start(shell, ['file', 'TOKEN', fileWith(content)]).env['TOKEN'];
    expect(of('hunter2\n')).toBe('hunter2');
    expect(of('hunter2')).toBe('hunter2');
    expect(of('')).toBe('');
    expect(of(' a\\n "b" \n\n c\n\n')).toBe(' a\\n "b" \n\n c\n');
    expect(of('hunter2\r\n')).toBe('hunter2');
    expect(of('one\r\ntwo\r')).toBe('one\r\ntwo\r');
    const long = 'x'.repeat(20_000);
    expect(of(long)).toBe(long);
  });

  it('keeps what the plist sets over an env_file, and lets a secret win', () => {
    const path = fileWith('A=file\nB=file\nC=file\n');
    const { env } = start(
      shell,
      ['keep', 'A', 'keep', 'AB', 'env-file', path, 'file', 'C', fileWith('secret\n')],
      { A: 'plist', AB: 'x' },
    );
    expect(env).toMatchObject({ A: 'plist', B: 'file', C: 'secret' });
  });

  it('ends with 78 and names the file when one is missing', () => {
    for (const [args, name] of [
      [['env-file', '/none/web.env'], '/none/web.env'],
      [['file', 'TOKEN', '/none/token'], '/none/token'],
      [['file', 'TOKEN', '/'], 'TOKEN'],
    ] as const) {
      const { code, stderr } = start(shell, args);
      expect([code, stderr]).toEqual([78, expect.stringMatching(/^reconcile: com\.example\.web: [^\n]*\n$/)]);
      expect(stderr).toContain(name);
    }
  });

  it.skipIf(existsSync('/usr/bin/security'))(
    'asks `security` of the PATH for the keychain (a Mac asks its own)',
    () => {
      const missing = start(shell, ['keychain', 'TOKEN', 'api', 'me'], { PATH: '/none' });
      expect([missing.code, missing.stderr]).toEqual([78, expect.stringContaining('on a Mac')]);
      const bin = temporaryFolder();
      const security = join(bin, 'security');
      writeFileSync(security, '#!/bin/sh\n[ "$6" = me ] || exit 44\necho "got $*"\n');
      chmodSync(security, 0o755);
      const path = { PATH: `${bin}:/usr/bin:/bin` };
      expect(start(shell, ['keychain', 'TOKEN', 'a b', 'me'], path).env['TOKEN']).toBe(
        'got find-generic-password -w -s a b -a me',
      );
      const refused = start(shell, ['keychain', 'TOKEN', 'api', ''], path);
      expect([refused.code, refused.stderr]).toEqual([
        78,
        expect.stringContaining('did not give the secret TOKEN'),
      ]);
    },
  );

  it('ends in exec: the same process, its own standard input, its own exit code, and no variable of ours', () => {
    const path = fileWith('A=1\n');
    const args = ['-c', WRAPPER, 'reconcile', 'x', 'env-file', path, '--'];
    const said = spawnSync(shell, [...args, '/bin/sh', '-c', 'echo $$ $PPID; cat; exit 7'], {
      input: 'typed',
    });
    expect(said.status).toBe(7);
    expect(said.stdout.toString()).toBe(`${said.pid} ${process.pid}\ntyped`);
    const names = Object.keys(start(shell, ['env-file', path]).env);
    expect(names.filter((name) => name.startsWith('_rc'))).toEqual([]);
  });

  it('finds a bare name where launchd looks, whatever the PATH', () => {
    const path = fileWith('PATH=/none\n');
    const args = ['-c', WRAPPER, 'reconcile', 'x', 'env-file', path, '--', 'echo', 'a  b', ''];
    expect(spawnSync(shell, args, { env: { PATH: '/none' }, argv0: 'sh' }).stdout.toString()).toBe('a  b \n');
  });

  it('tells in words that a variable cannot be set, and shows no value of it', () => {
    for (const name of ['UID', 'OPTIND', 'BASH_COMPAT', 'LC_ALL', 'BASH_XTRACEFD']) {
      const { code, stderr } = start(shell, ['file', name, fileWith('hunter2\n')]);
      expect(stderr).not.toContain('hunter2');
      expect(stderr).toMatch(
        code === 0 ? /^$/ : /^reconcile: com\.example\.web: [^\n]* cannot be set: [^\n]*\n$/,
      );
      expect([0, 78]).toContain(code);
    }
  });

  it('traces nothing, though the job asks the shell to', () => {
    const { stderr } = start(shell, ['file', 'TOKEN', fileWith('hunter2\n')], { SHELLOPTS: 'xtrace' });
    expect(stderr).not.toContain('hunter2');
  });
});

describe.runIf(existsSync('/bin/bash') && existsSync('/usr/share/i18n/locales/en_US'))(
  'the wrapper in the bash of a Mac',
  () => {
    it('takes no letter of another language for one of a name, which the shell would show with its value', () => {
      const folder = temporaryFolder();
      spawnSync('localedef', ['-i', 'en_US', '-f', 'UTF-8', join(folder, 'en_US.UTF-8')]);
      // Since its version 5, bash sorts letters by their codes; the older one of macOS by the locale.
      const old = `shopt -u globasciiranges; ${WRAPPER}`;
      const env = { LOCPATH: folder, LC_ALL: 'en_US.UTF-8' };
      const path = fileWith('é=hunter2\n');
      const args = ['-c', old, 'reconcile', 'x', 'env-file', path, '--', '/bin/true'];
      const { status, stderr } = spawnSync('/bin/bash', args, { env, encoding: 'utf8', argv0: 'sh' });
      expect([status, stderr]).toEqual([78, expect.stringContaining('the name of a variable')]);
      expect(stderr).not.toContain('hunter2');
    });
  },
);

describe('wrapping a plist', () => {
  const reads = {
    envFiles: ['/e/one', '/e/two'],
    secrets: [
      { name: 'API_TOKEN', file: '/s/token' },
      { name: 'B', keychain: { service: 'api', account: null } },
      { name: 'C', keychain: { service: 'api', account: 'me' } },
    ],
    keeps: ['PATH'],
  };

  it('is one line of text that looks like no secret', () => {
    expect(WRAPPER).not.toMatch(/\n/);
    const plist = dict([['ProgramArguments', ['/bin/echo', 'x']]]);
    expect(
      isSensitive(['ProgramArguments'], wrap(plist, 'x', reads)?.entries['ProgramArguments'] ?? null),
    ).toBe(false);
  });

  it('can be undone', () => {
    const plist = dict([
      ['Label', 'x'],
      ['ProgramArguments', ['/bin/echo', '--', 'keep', '']],
    ]);
    const wrapped = wrap(plist, 'x', reads);
    expect(wrapped).not.toBeNull();
    expect(unwrap(wrapped ?? plist)).toEqual({ plist, reads });
    expect(unwrap(plist)).toEqual({ plist, reads: null });
  });

  it('takes Program for the first word, and wraps nothing where nothing is run', () => {
    const plist = dict([
      ['Program', '/bin/echo'],
      ['ProgramArguments', ['name', 'x']],
    ]);
    expect(unwrap(wrap(plist, 'x', reads) ?? plist).plist).toEqual(
      dict([['ProgramArguments', ['/bin/echo', 'x']]]),
    );
    expect(wrap(dict([]), 'x', reads)).toBeNull();
  });
});
