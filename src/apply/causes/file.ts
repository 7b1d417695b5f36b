import { posix } from 'node:path';
import { domainUid } from '../../launchd/domains.ts';
import type { ReconcileError } from '../../model/errors.ts';
import { isArray, isDict } from '../../model/plist.ts';
import { quoteForShell } from '../../model/shell.ts';
import { readPlist } from '../../plist/read.ts';
import { findRunner, realLooker } from '../../sys/look.ts';
import { refuse } from '../failure.ts';
import { type Refusal, texts } from './refusal.ts';

// Causes that lie in the plist file: whose it is, who may write it, what is in it.

export async function ofFile({ means, job, call }: Refusal): Promise<ReconcileError | null> {
  const { path, domain } = job;
  const { files } = means.ports;
  const file = await files.identify(path);
  if (file === null)
    return refuse('plist/missing', `${call}: ${path} is not there any more.`, 'Apply again to write it.');
  if (file.kind === 'symlink')
    return refuse(
      'plist/symlink',
      `${call}: ${path} is a symbolic link, and launchd wants the file itself.`,
      `Put the plist itself there; see where it leads: ls -l ${quoteForShell(path)}`,
    );
  if (file.kind !== 'file')
    return refuse(
      'plist/not-a-file',
      `${call}: ${path} is not a regular file.`,
      `Put the plist itself there: ls -l ${quoteForShell(path)}`,
    );
  const where = posix.dirname(path);
  const folder = await files.identify(where);
  for (const [name, { mode, kind }] of [
    [path, file],
    [where, folder ?? { mode: 0, kind: 'folder' }],
  ] as const)
    if (kind !== 'symlink' && (mode & 0o022) !== 0)
      return refuse(
        'plist/writable-by-others',
        `${call}: ${name} can be written by others (mode ${mode.toString(8).padStart(4, '0')}), which launchd does not accept.`,
        `chmod go-w ${quoteForShell(name)}`,
      );
  // A launchd that is not the Mac's own takes daemons of whoever runs it.
  const owner = domainUid(domain) ?? process.getuid?.() ?? 0;
  for (const [name, identity] of [
    [path, file],
    [where, folder],
  ] as const)
    if (identity !== null && identity.uid !== owner && identity.uid !== 0)
      return refuse(
        'plist/wrong-owner',
        `${call}: ${name} belongs to uid ${identity.uid}, and launchd loads into ${domain} only what belongs to uid ${owner} or root.`,
        `sudo chown ${owner} ${quoteForShell(name)}`,
      );
  return null;
}

export async function ofPlist({ means, job, call }: Refusal): Promise<ReconcileError | null> {
  const { path, label } = job;
  const reading = readPlist(await means.ports.files.read(path));
  const lint = `plutil -lint ${quoteForShell(path)}`;
  if (!reading.ok) {
    const { line, column } = reading.problem;
    const place = line === null ? '' : ` (line ${line}${column === null ? '' : `, column ${column}`})`;
    return refuse(
      'plist/invalid',
      `${call}: ${path} is no property list${place}: ${reading.problem.message.replace(/\.$/, '')}.`,
      `Apply again to write it anew, or see for yourself: ${lint}`,
    );
  }
  if (!isDict(reading.value))
    return refuse(
      'plist/invalid',
      `${call}: ${path} holds no dictionary.`,
      `Apply again to write it anew: ${lint}`,
    );
  const { entries } = reading.value;
  if (entries['Label'] !== label)
    return refuse(
      'plist/other-label',
      typeof entries['Label'] === 'string' && entries['Label'] !== ''
        ? `${call}: ${path} is for ${entries['Label']}, not for ${label}.`
        : `${call}: ${path} has no Label that launchd could use.`,
      'Somebody changed it; run reconcile plan to see what differs, then apply again.',
    );
  const args = entries['ProgramArguments'];
  const named = typeof entries['Program'] === 'string' || (isArray(args) && typeof args[0] === 'string');
  if (named || entries['BundleProgram'] !== undefined) return null;
  return refuse(
    'plist/no-program',
    `${call}: ${path} does not say what to run.`,
    'Give it `command`, `program` or `script` in the file, then apply again.',
  );
}

export async function ofQuarantine({ job, call, plist }: Refusal): Promise<ReconcileError | null> {
  const entries = (await plist())?.entries ?? {};
  const program = entries['Program'] ?? texts(entries['ProgramArguments'])[0];
  const suspects = [job.path, ...(typeof program === 'string' && program.startsWith('/') ? [program] : [])];
  return refuse(
    'job/quarantined',
    `${call}: macOS keeps ${suspects.join(' or ')} in quarantine, since it was downloaded and never approved.`,
    `Look with: xattr -p com.apple.quarantine ${suspects.map(quoteForShell).join(' ')}; take the mark away with xattr -d, then apply again.`,
  );
}

/** Only on a Mac: a home on another volume than macOS itself. */
export async function ofVolume({ job, call }: Refusal): Promise<ReconcileError | null> {
  if (process.platform !== 'darwin') return null;
  const me = findRunner(process.getuid?.() ?? 0);
  const folder = posix.dirname(job.path);
  const [there, ...own] = await Promise.all(
    [folder, '/', '/System/Volumes/Data'].map((path) => realLooker.at(path, me)),
  );
  if (there === undefined || there.dev === null || own.some(({ dev }) => dev === there.dev)) return null;
  return refuse(
    'plist/other-volume',
    `${call}: ${folder} is on another volume than macOS, from where launchd may refuse to load.`,
    `Declare the job with domain: all-users or domain: system. Which volume it is: df ${quoteForShell(folder)}`,
  );
}
