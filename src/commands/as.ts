import type { Host } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';

const NAMES = ['host', 'user', 'home', 'uid', 'os', 'arch'] as const;
type Name = (typeof NAMES)[number];

function usage(message: string): ReconcileError {
  return new ReconcileError('usage', message, {
    hint: `Write --as ${NAMES.map((name) => `${name}=…`).join(',')}, with any of these.`,
    exitCode: EXIT.usage,
  });
}

function oneOf<T extends string>(name: Name, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw usage(`--as ${name}=${value} is not known: choose ${choices.join(' or ')}.`);
  return found;
}

/**
 * The host that `--as` speaks for: what is named replaces what this machine is. A user without a home gets the usual one
 * of that system.
 */
export function hostAs(text: string, real: Host): Host {
  const given: Partial<Record<Name, string>> = {};
  for (const part of text.split(',').filter((piece) => piece !== '')) {
    const [name = '', ...rest] = part.split('=');
    if (!(NAMES as readonly string[]).includes(name) || rest.length === 0 || rest.join('=') === '')
      throw usage(`--as cannot read "${part}".`);
    given[name as Name] = rest.join('=');
  }
  const os = given.os === undefined ? real.os : oneOf('os', given.os, ['macos', 'linux'] as const);
  const user = given.user ?? real.user;
  const usualHome = os === 'macos' ? `/Users/${user}` : `/home/${user}`;
  const home = given.home ?? (given.user === undefined && given.os === undefined ? real.home : usualHome);
  if (!home.startsWith('/')) throw usage(`--as home=${home} is not an absolute path.`);
  if (given.uid !== undefined && !/^\d{1,10}$/.test(given.uid))
    throw usage(`--as uid=${given.uid} is not a number.`);
  return {
    ...real,
    host: given.host ?? real.host,
    user,
    home,
    os,
    arch: given.arch === undefined ? real.arch : oneOf('arch', given.arch, ['arm64', 'x86_64'] as const),
    uid: given.uid === undefined ? real.uid : Number(given.uid),
  };
}
