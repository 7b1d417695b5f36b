import { describe, expect, it } from 'vitest';
import { unwrap } from '../../src/launchd/wrapper.ts';
import { plistToJson } from '../../src/plist/json.ts';
import { codesOf, compile, FILE, instance, jobOf, keys, place } from './support.ts';

const places = { env_file: place(3), 'secrets.TOKEN.file': place(4), 'restart_on.0': place(5) };

describe('env_file, secrets and restart_on', () => {
  it('wrap the command, with absolute paths and the names that the environment keeps', () => {
    const { jobs } = compile(
      instance(
        'web',
        {
          command: ['/bin/web', '--serve'],
          environment: { PORT: '80', 'odd.name': 'x' },
          path: ['/opt/bin'],
          env_file: 'web.env',
          secrets: { TOKEN: { file: '~/token' }, DB: { keychain: { service: 'db' } } },
          restart_on: ['/etc/web.toml'],
        },
        { places },
      ),
    );
    const [job] = jobs;
    if (job === undefined) throw new Error('it does not compile');
    const { plist, reads } = unwrap(job.plist);
    expect(plistToJson(plist)).toMatchObject({ ProgramArguments: ['/bin/web', '--serve'], RunAtLoad: true });
    expect(reads).toEqual({
      envFiles: [FILE.replace(/[^/]*$/, 'web.env')],
      secrets: [
        { name: 'TOKEN', file: '/Users/ada/token' },
        { name: 'DB', keychain: { service: 'db', account: null } },
      ],
      keeps: ['PATH', 'PORT'],
    });
    expect(job.triggers).toEqual(['/Users/ada/dotfiles/web.env', '/Users/ada/token', '/etc/web.toml']);
  });

  it('leave every other job as it is', () => {
    const job = jobOf({ command: ['/bin/web'] });
    expect(unwrap(job.plist).reads).toBeNull();
    expect(job).not.toHaveProperty('triggers');
    expect(unwrap(jobOf({ command: ['/bin/web'], restart_on: ['/a', '/a'] }).plist).reads).toBeNull();
    expect(jobOf({ command: ['/bin/web'], restart_on: ['/a', '/a'] }).triggers).toEqual(['/a']);
  });

  it('are refused where they cannot be kept', () => {
    const secrets = { TOKEN: { file: '/s/token' } };
    expect(codesOf({ command: ['/bin/web'], secrets, environment: { TOKEN: 'x' } })).toEqual([
      'error secrets/twice',
    ]);
    expect(codesOf({ command: ['/bin/web'], secrets, launchd: keys({ EnableGlobbing: true }) })).toContain(
      'error secrets/globbing',
    );
    expect(codesOf({ secrets, launchd: keys({ BundleProgram: 'Contents/MacOS/x' }) })).toContain(
      'error secrets/bundle-program',
    );
    expect(codesOf({ command: ['/bin/web'], secrets: { T: { file: '~other/token' } } })).toEqual([
      'error path/other-home',
    ]);
    expect(codesOf({ command: ['/bin/web'], secrets: { T: {} } })).toEqual(['error secrets/source']);
    expect(
      codesOf({ command: ['/bin/web'], secrets: { T: { file: '/t', keychain: { service: 'x' } } } }),
    ).toEqual(['error secrets/source']);
    expect(codesOf({ program: '/bin/web', command: ['name'], secrets })).toEqual(['info secrets/argv0']);
    for (const name of ['UID', '_rc_v'])
      expect(codesOf({ command: ['/bin/web'], secrets: { [name]: { file: '/t' } } })).toEqual([
        'error secrets/name',
      ]);
    const environment = { UID: '501' };
    expect(codesOf({ command: ['/bin/web'], environment, secrets })).toEqual([
      'warning secrets/lost-variable',
    ]);
    expect(codesOf({ command: ['/bin/web'], environment })).toEqual([]);
  });
});
