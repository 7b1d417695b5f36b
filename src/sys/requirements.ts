import { posix } from 'node:path';
import { domainUid } from '../launchd/domains.ts';
import { ENV_FILE_LIMIT, envFileProblem } from '../launchd/env-file.ts';
import { DEFAULT_PATH, isText, type Needs, needsOf, readShebang, type StreamNeed } from '../launchd/needs.ts';
import type { Domain } from '../model/domain.ts';
import type { PlistDict } from '../model/plist.ts';
import type {
  Lookup,
  PathLook,
  ProgramForm,
  ProgramLook,
  ReadLook,
  Requirements,
  Runner,
  StreamLook,
} from '../model/requirements.ts';
import { findRunner, type Looker } from './look.ts';

/** Who carries out what launchd is told. */
export interface Self {
  readonly uid: number;
  /** launchd runs daemons as root and other users: the Mac's own, or any when we are root. */
  readonly startsAsOthers: boolean;
}

/** The user that launchd starts a job as (facts §1, UserName). */
export function runnerOf(domain: Domain, plist: PlistDict, self: Self): Runner {
  const uid = domainUid(domain);
  if (uid !== null) return findRunner(uid);
  if (!self.startsAsOthers) return findRunner(self.uid);
  return findRunner(needsOf(plist).userName ?? 0);
}

/** Looks at everything that launchd will need to start this job. Reads only; what may not be looked at is `hidden`. */
export async function lookAtRequirements(
  plist: PlistDict,
  runner: Runner,
  looker: Looker,
): Promise<Requirements> {
  const needs = needsOf(plist);
  const at = (path: string): Promise<PathLook> => looker.at(path, runner);
  return {
    runner,
    program: needs.program === null ? null : await lookAtProgram(needs.program, needs, runner, looker),
    workingDirectory: needs.workingDirectory === null ? null : await at(needs.workingDirectory),
    streams: await Promise.all(needs.streams.map((stream) => lookAtStream(stream, at))),
    watched: await Promise.all(needs.watched.map(at)),
    queues: await Promise.all(needs.queues.map(at)),
    reads: await Promise.all(
      filesOf(needs.reads).map(async ({ path, secret }) => {
        const look = await at(path);
        return { secret, look, problem: secret === null ? await problemOf(look, looker) : null };
      }),
    ),
  };
}

async function problemOf({ path, kind, may }: PathLook, looker: Looker): Promise<ReadLook['problem']> {
  const content = kind === 'file' && may.read !== false ? await looker.head(path, ENV_FILE_LIMIT) : null;
  return content === null || content.length === ENV_FILE_LIMIT ? null : envFileProblem(content);
}

function filesOf(
  reads: Needs['reads'],
): readonly { readonly path: string; readonly secret: string | null }[] {
  return [
    ...(reads?.envFiles ?? []).map((path) => ({ path, secret: null })),
    ...(reads?.secrets ?? []).flatMap((secret) =>
      'file' in secret ? [{ path: secret.file, secret: secret.name }] : [],
    ),
  ];
}

async function lookAtProgram(
  name: string,
  needs: Needs,
  runner: Runner,
  looker: Looker,
): Promise<ProgramLook> {
  const lookup = posix.isAbsolute(name) ? null : await findIn(name, DEFAULT_PATH, runner, looker);
  const path = lookup === null ? name : lookup.found;
  const look = path === null ? null : await looker.at(path, runner);
  const isProgram = look !== null && look.kind === 'file' && look.may.execute !== false;
  return {
    name,
    lookup,
    look,
    form: isProgram ? await formOf(look, needs, runner, looker) : null,
    byName: needs.envName === null ? null : await findIn(needs.envName, needs.path, runner, looker),
  };
}

/** So much of a program tells what it is. */
const FIRST_LINES = 512;

/** Nothing is read for a user that this user may not read: we may be root. */
async function formOf(
  { path, may }: PathLook,
  needs: Needs,
  runner: Runner,
  looker: Looker,
): Promise<ProgramForm> {
  const head = may.read === false ? null : await looker.head(path, FIRST_LINES);
  if (head === null) return { form: 'binary' };
  const shebang = readShebang(head);
  if (shebang === null) return { form: isText(head) ? 'text' : 'binary' };
  // A relative interpreter is looked for in the working directory, which is nothing that we can vouch for.
  if (!posix.isAbsolute(shebang.interpreter)) return { form: 'binary' };
  return {
    form: 'script',
    interpreter: await looker.at(shebang.interpreter, runner),
    byName: shebang.name === null ? null : await findIn(shebang.name, needs.path, runner, looker),
  };
}

async function findIn(
  name: string,
  folders: readonly string[],
  runner: Runner,
  looker: Looker,
): Promise<Lookup> {
  let unsure = false;
  for (const folder of folders) {
    const look = await looker.at(posix.join(folder, name), runner);
    unsure ||= look.kind === 'hidden' || (look.kind === 'file' && look.may.execute === null);
    if (look.kind === 'file' && look.may.execute !== false)
      return { name, folders, found: look.path, unsure };
  }
  return { name, folders, found: null, unsure };
}

async function lookAtStream(
  { key, path }: StreamNeed,
  at: (path: string) => Promise<PathLook>,
): Promise<StreamLook> {
  const look = await at(path);
  return { key, look, folder: key === 'StandardInPath' ? null : await lookAbove(look, at) };
}

/** Of a missing path, the nearest folder above it that is there; null when it is there itself. */
export async function lookAbove(
  look: PathLook,
  at: (path: string) => Promise<PathLook>,
): Promise<PathLook | null> {
  if (look.kind !== 'missing') return null;
  for (let folder = posix.dirname(look.path); ; folder = posix.dirname(folder)) {
    const above = await at(folder);
    if (above.kind !== 'missing' || folder === '/') return above;
  }
}
