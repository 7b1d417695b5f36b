import { domainKind, isAppleLabel, sessionType } from '../../launchd/domains.ts';
import type { ReconcileError } from '../../model/errors.ts';
import { quoteForShell } from '../../model/shell.ts';
import { findRunner } from '../../sys/look.ts';
import { refuse } from '../failure.ts';
import { type Refusal, texts } from './refusal.ts';

// Causes that lie in what the plist asks for.

export async function ofDisabledKey({
  call,
  launchctl,
  plist,
  target,
}: Refusal): Promise<ReconcileError | null> {
  if ((await plist())?.entries['Disabled'] !== true) return null;
  return refuse(
    'job/disabled',
    `${call}: its own plist says Disabled, and nothing enables it.`,
    `Take the key away, declare enabled: true, or run: ${launchctl} enable ${target}`,
  );
}

/** `gui` is for sessions of type Aqua, `user` of type Background (facts §3.1). */
export async function ofSession({ job, call, plist }: Refusal): Promise<ReconcileError | null> {
  const entries = (await plist())?.entries;
  if (entries === undefined || domainKind(job.domain) === 'system') return null;
  const named = entries['LimitLoadToSessionType'];
  const types = named === undefined ? ['Aqua'] : texts(named);
  const type = sessionType(job.domain);
  if (types.length === 0 || types.includes(type)) return null;
  return refuse(
    'job/session-type',
    `${call}: ${job.domain} is a session of type ${type}, and its plist allows ${types.join(', ')} only${named === undefined ? ', as it does when LimitLoadToSessionType is absent' : ''}.`,
    types.includes('Background') || type === 'Background'
      ? `Declare domain: ${types.includes('Background') ? 'user' : 'gui'}, or add ${type.toLowerCase()} to session_types.`
      : `Add ${type.toLowerCase()} to session_types.`,
  );
}

export async function ofHardware({ call, plist }: Refusal): Promise<ReconcileError | null> {
  const entries = (await plist())?.entries ?? {};
  const key = ['LimitLoadToHardware', 'LimitLoadFromHardware'].find((name) => entries[name] !== undefined);
  if (key === undefined) return null;
  return refuse(
    'job/hardware',
    `${call}: ${key} in its plist may leave this Mac out.`,
    'Compare it with what this Mac is (sysctl hw.model hw.machine), or exclude the instance here with `when`.',
  );
}

/** A name that is not in /etc is nobody's, save on a Mac, which keeps most accounts elsewhere: there the code tells. */
export async function ofAccounts({ job, call, code, plist }: Refusal): Promise<ReconcileError | null> {
  const entries = (await plist())?.entries;
  if (entries === undefined || job.domain !== 'system') return null;
  const user = entries['UserName'];
  const group = entries['GroupName'];
  const isUnknown = (name: string): boolean => process.platform !== 'darwin' && findRunner(name).uid === null;
  if (typeof user === 'string' && (code === 114 || (code !== 115 && isUnknown(user))))
    return refuse(
      'job/no-user',
      `${call}: there is no user ${user} here, whom UserName names.`,
      `Correct \`user\`, or make that user; see for yourself: id ${quoteForShell(user)}`,
    );
  if (typeof group !== 'string' || code !== 115) return null;
  return refuse(
    'job/no-group',
    `${call}: there is no group ${group} here, which GroupName names.`,
    `Correct \`group\`, or make that group; on a Mac, see: dscl . -read /Groups/${quoteForShell(group)}`,
  );
}

/** Jobs of macOS, which even root may not change while System Integrity Protection is on. */
export async function ofReserved({ job, call }: Refusal): Promise<ReconcileError | null> {
  if (!isAppleLabel(job.label) && !job.path.startsWith('/System/')) return null;
  return refuse(
    'job/apple',
    `${call}: ${job.label} belongs to macOS, which lets nobody change it.`,
    'Leave it alone, and give your job a label of its own.',
  );
}
