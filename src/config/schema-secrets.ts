import * as z from 'zod/mini';
import type { Problem } from './collector.ts';
import { about, filled, oneOrMany, rule } from './schema-parts.ts';

/** Where the value of a secret lies. */
export interface SecretSource {
  readonly file?: string;
  readonly keychain?: { readonly service: string; readonly account?: string };
}

function variableProblem(name: string): Problem | null {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return null;
  return {
    code: 'secrets/name',
    message: `\`${name}\` cannot name a variable that a shell sets.`,
    hint: 'Letters, digits and `_`, and no digit first: `API_TOKEN`.',
  };
}

const keychain = z
  .strictObject({
    service: filled({ description: 'The service of the password: its name in the keychain.' }),
    account: z.exactOptional(filled({ description: 'The account, where several share that service.' })),
  })
  .register(about, {
    description: 'A password of the keychain, as `security find-generic-password` finds it.',
    example: 'keychain: {service: example-api, account: me}',
    words: 'a map such as `{service: example-api, account: me}`',
  });

const secret: z.ZodMiniType<SecretSource> = z
  .strictObject({
    file: z.exactOptional(
      filled({
        description: 'The file whose content is the value, without the line end at its end.',
        example: 'file: ~/.config/example/token',
      }),
    ),
    keychain: z.exactOptional(keychain),
  })
  .register(about, {
    description: 'Where its value lies: a file, or the keychain.',
    words: 'a map such as `{file: ~/.config/example/token}`',
  });

export const secretsSchema: z.ZodMiniType<Readonly<Record<string, SecretSource>>> = z
  .record(z.string().check(rule(variableProblem)), secret)
  .register(about, {
    id: 'secrets',
    description:
      'Variables whose values are read when the job starts, and never enter the plist. A file that changes restarts the job, at the next apply.',
    example: 'secrets: {API_TOKEN: {file: ~/.config/example/token}, DB_PASSWORD: {keychain: {service: db}}}',
    words: 'a map such as `{API_TOKEN: {file: ~/.config/example/token}}`',
    nullRemoves: true,
  });

export const envFileSchema: z.ZodMiniType<string | string[]> = oneOrMany(() => filled({ description: '' }), {
  description:
    'Files of `NAME=value` lines, read when the job starts; the values never enter the plist. `environment` wins over them, `secrets` win over both. A file that changes restarts the job, at the next apply.',
  example: 'env_file: ~/.config/example/env',
  words: 'a path or a list of them',
});

export const restartOnSchema: z.ZodMiniType<string[]> = z
  .array(filled({ description: '' }))
  .check(z.minLength(1))
  .register(about, {
    description: 'Files whose content the job reads only once: when it has changed, apply restarts the job.',
    example: 'restart_on: [~/.config/example/config.toml]',
  });
