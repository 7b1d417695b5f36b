import type { Host, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { type Account, findAccount } from '../sys/accounts.ts';
import { invokingUid } from '../sys/config-source.ts';
import { choosePlaces, realHost } from '../sys/places.ts';
import type { Context } from './context.ts';

/**
 * Who does what.
 * - `own`: this process does everything; the embedded launchd, or a launchctl of one's choice.
 * - `user`: the Mac's own launchd and an ordinary user; what is root's goes through sudo.
 * - `root-for-user`: root, for a user; what is the user's is done by a process of that user.
 * - `root-alone`: root, and nobody knows for whom; there are system jobs only.
 */
export type Rights = 'own' | 'user' | 'root-for-user' | 'root-alone';

export interface Who {
  /** The user whose jobs are meant; not who runs this process, where that is root. */
  readonly host: Host;
  readonly places: Places;
  readonly rights: Rights;
}

/** Throws ReconcileError `user/unknown` or `usage/user` (exit 64). */
export function chooseWho({ env, options }: Pick<Context, 'env' | 'options'>): Who {
  const real = realHost(env);
  const places = choosePlaces(options, real, env);
  if (!places.systemNeedsRoot || real.uid !== 0) {
    if (options.user !== undefined && options.user !== real.user) throw notRoot(options.user, places);
    return { host: real, places, rights: places.systemNeedsRoot ? 'user' : 'own' };
  }
  const account = chooseAccount(options.user, invokingUid(env));
  if (account === null) return { host: real, places, rights: 'root-alone' };
  const { name: user, uid, gid, home } = account;
  const host = { ...real, user, uid, gid, home };
  const { XDG_STATE_HOME: _, ...elsewhere } = env;
  // What sudo was told to keep is the caller's; any other value is root's own.
  const theirs = uid === invokingUid(env) ? env : elsewhere;
  return { host, places: choosePlaces(options, host, theirs), rights: 'root-for-user' };
}

function chooseAccount(name: string | undefined, invoking: number | null): Account | null {
  const who = name ?? invoking;
  if (who === null || who === 0) return null;
  const account = findAccount(who);
  if (account === null)
    throw new ReconcileError(
      'user/unknown',
      `There is no user ${typeof who === 'number' ? `with uid ${who}` : who}.`,
      { hint: 'Name one with --user NAME.', exitCode: EXIT.usage },
    );
  return account.uid === 0 ? null : account;
}

function notRoot(name: string, { systemNeedsRoot }: Places): ReconcileError {
  return new ReconcileError(
    'usage/user',
    systemNeedsRoot
      ? `Only root can change the jobs of ${name}.`
      : `--user is for root with the Mac's own launchd; here everything belongs to whoever runs reconcile.`,
    {
      hint: systemNeedsRoot ? `sudo reconcile … --user ${name}` : 'Leave --user out.',
      exitCode: EXIT.usage,
    },
  );
}
