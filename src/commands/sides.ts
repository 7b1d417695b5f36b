import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSystemWide } from '../launchd/domains.ts';
import { nameIn } from '../model/agent.ts';
import type { Host, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { HistoryEvent } from '../model/history.ts';
import type { Unfinished } from '../model/journal.ts';
import type { LifecycleSubject } from '../plan/lifecycle.ts';
import { type Connection, connect } from '../privilege/connect.ts';
import { filesForRoot } from '../privilege/remote-files.ts';
import { realFiles } from '../sys/files.ts';
import { parseJournal } from '../sys/journal-file.ts';
import { createLedgerStore } from '../sys/ledger.ts';
import { rootOf } from '../sys/places.ts';
import type { History, Ports } from '../sys/ports.ts';
import type { Rights } from './who.ts';

/** This very command, for another process of it. */
export function ourselves(): string {
  return realpathSync(process.argv[1] ?? '');
}

/** Root starts a process of the user whose jobs are meant: it alone touches what is the user's. */
export function startUserSide(host: Host, places: Places): Connection {
  return connect({
    program: process.execPath,
    args: [ourselves(), 'user-side', '--root', rootOf(places)],
    env: {
      PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
      HOME: host.home,
      USER: host.user,
      LOGNAME: host.user,
      XDG_STATE_HOME: dirname(dirname(places.userState)),
    },
    uid: host.uid,
    gid: host.gid,
  });
}

/** As root for a user: what to look with. Nothing is written through these, and nothing of the user's read as root. */
export function portsToLook(root: Ports, userSide: Connection, host: Host, places: Places): Ports {
  const files = filesForRoot(realFiles, userSide, places);
  return {
    ...root,
    files,
    ledger: createLedgerStore(places, files, 0, host.uid),
    journal: {
      ...root.journal,
      read: async () => [
        ...(await root.journal.read()),
        ...usersUnfinished(await userSide.ask('journal', {}), places),
      ],
    },
  };
}

/** What happens to jobs of the user is written down by the user's own process. */
export function shareHistory(
  own: History,
  userSide: Connection,
  places: Places,
  by: HistoryEvent['by'],
): History {
  const asked = new Set<Promise<unknown>>();
  return {
    add(happening) {
      const { domain, plist: path } = happening;
      if (isSystemWide({ domain, path }, places)) {
        own.add(happening);
        return;
      }
      const answer = userSide
        .ask('tell', { happening, by })
        .catch(() => {})
        .finally(() => asked.delete(answer));
      asked.add(answer);
    },
    async settled() {
      await Promise.all([own.settled(), ...asked]);
    },
  };
}

/** Of the user's own jobs only: it tells root what to plan again, and root plays nothing back from it. */
function usersUnfinished(answer: unknown, places: Places): readonly Unfinished[] {
  if (!Array.isArray(answer)) return [];
  return answer.flatMap((text) => {
    const reading = parseJournal(String(text));
    if (!reading.ok) return [];
    const { domain, plist: path, intent } = reading.change;
    if (isSystemWide({ domain, path }, places)) return [];
    const out = intent.out.filter((target) => !target.startsWith('system/'));
    return [{ ...reading.change, intent: { ...intent, out } }];
  });
}

/**
 * `start`, `stop`, `restart` and `forget` of a job that is root's: nothing of it can be done by a user, who cannot even see
 * in root's ledger whose it is. Throws `root/needed` (exit 77).
 */
export function refuseRootsJob(
  job: Pick<LifecycleSubject, 'instance' | 'label' | 'domain' | 'path'>,
  command: string,
  stack: string,
  { rights, places }: { readonly rights: Rights; readonly places: Places },
): void {
  if (rights !== 'user' || !isSystemWide(job, places)) return;
  const name = nameIn(stack, job);
  throw new ReconcileError('root/needed', `Only root may ${command} ${name}.`, {
    hint: `sudo reconcile ${command} ${name}`,
    exitCode: EXIT.needsRoot,
  });
}
