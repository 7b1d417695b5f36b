import { describe, expect, it } from 'vitest';
import { isSecretName, isSensitive } from '../../src/launchd/secrets.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';

// Put together here, so that no text in this repository looks like a token to a scanner.
const token = (prefix: string, length: number): string => prefix + 'a1B2c3D4e5'.repeat(8).slice(0, length);

describe('isSensitive', () => {
  const hidden: readonly (readonly [path: readonly string[], value: PlistValue])[] = [
    [['EnvironmentVariables', 'API_TOKEN'], 'x'],
    [['EnvironmentVariables', 'OPENAI_API_KEY'], 'x'],
    [['EnvironmentVariables', 'dbPassword'], 'x'],
    [['EnvironmentVariables', 'CLIENTSECRET'], 'x'],
    [['EnvironmentVariables', 'AWS_SECRET_ACCESS_KEY'], 'x'],
    [['EnvironmentVariables', 'DATABASE_URL'], 'postgres://ada:hunter2@db.example.com/app'],
    [['EnvironmentVariables', 'ANYTHING'], token('ghp_', 36)],
    [['EnvironmentVariables', 'ANYTHING'], `${token('eyJ', 20)}.${token('eyJ', 20)}.${token('', 20)}`],
    [
      ['EnvironmentVariables'],
      dict([
        ['PORT', '1'],
        ['SESSION_SECRET', 'x'],
      ]),
    ],
    [['ProgramArguments'], ['/opt/web', '--token', 'x']],
    [['ProgramArguments'], ['/opt/web', '--auth-token=x']],
    [['ProgramArguments'], ['/opt/web', 'https://ada:hunter2@example.com/']],
    [['ProgramArguments'], ['/bin/sh', '-c', 'PASSWORD=hunter2 exec /opt/web']],
    [['ProgramArguments'], ['/opt/web', '--header', `Authorization: Bearer ${token('', 24)}`]],
  ];
  it.each(hidden)('%j: %j is not shown', (path, value) => expect(isSensitive(path, value)).toBe(true));

  const shown: readonly (readonly [path: readonly string[], value: PlistValue])[] = [
    [['EnvironmentVariables', 'PORT'], '8080'],
    [['EnvironmentVariables', 'PATH'], '/opt/homebrew/bin:/usr/bin'],
    [['EnvironmentVariables', 'PWD'], '/tmp'],
    [['EnvironmentVariables', 'SSH_AUTH_SOCK'], '/tmp/agent'],
    [['EnvironmentVariables', 'TOKEN_FILE'], '/run/token'],
    [['EnvironmentVariables', 'KEYBOARD_LAYOUT'], 'de'],
    [['EnvironmentVariables', 'MONKEY'], 'yes'],
    [['EnvironmentVariables', 'API_TOKEN'], ''],
    [['ProgramArguments'], ['/opt/llm', '--max-new-tokens', '4096']],
    [['EnvironmentVariables', 'MAX_TOKENS'], '4096'],
    [['KeepAlive', 'OtherJobEnabled', 'com.example.token'], true],
    [['Label'], 'com.example.secret-service'],
    [['ProgramArguments'], ['/opt/web', '--port', '8080', '--token-file', '/run/token']],
    [['ProgramArguments'], ['/opt/web', '--token', '--verbose']],
    [['ProgramArguments'], ['/usr/bin/ssh', 'ada@example.com', 'https://example.com:8080/a@b']],
  ];
  it.each(shown)('%j: %j is shown', (path, value) => expect(isSensitive(path, value)).toBe(false));

  it('goes by the words of a name', () => {
    expect(
      ['SECRET', 'MY_SECRET_2', 'my-token', 'githubToken', 'passphrase'].filter(
        (name) => !isSecretName(name),
      ),
    ).toEqual([]);
    expect(['KEYS_DIR', 'TOKENIZER', 'PASSENGERS', 'COMPASS', 'SECRETARY'].filter(isSecretName)).toEqual([]);
  });
});
