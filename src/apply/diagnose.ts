import type { ReconcileError } from '../model/errors.ts';
import type { PlistDict } from '../model/plist.ts';
import type { Answer } from '../sys/client.ts';
import { ofFile, ofPlist, ofQuarantine, ofVolume } from './causes/file.ts';
import { ofAccounts, ofDisabledKey, ofHardware, ofReserved, ofSession } from './causes/job.ts';
import { ofDomain, ofLoaded, ofOtherDomain, ofOtherUser, ofOverride } from './causes/launchd.ts';
import type { LoadTarget, Look, Means, Refusal } from './causes/refusal.ts';
import { ofStart, readDict } from './causes/start.ts';
import { refusedBy } from './failure.ts';
import { targetOf } from './work.ts';

/**
 * Everything, cheapest first: for code 5, which launchctl tells for almost anything when it is not root (facts §3.4), and
 * for codes that say as little.
 */
const EVERYTHING: readonly Look[] = [
  ofReserved,
  ofFile,
  ofPlist,
  ofSession,
  ofOverride,
  ofDomain,
  ofAccounts,
  ofHardware,
  ofLoaded,
  ofOtherUser,
  ofVolume,
];

/** Where the cause of a refused bootstrap is looked for by its code, likeliest first. */
const BY_CODE: Readonly<Record<number, readonly Look[]>> = {
  1: [ofReserved, ofOtherUser, ofFile, ofDomain],
  2: [ofFile, ofPlist],
  13: [ofReserved, ofOtherUser, ofFile],
  17: [ofLoaded],
  36: [ofLoaded],
  37: [ofLoaded],
  78: [ofStart, ofDomain],
  108: [ofFile],
  109: [ofFile, ofPlist],
  110: [ofPlist],
  111: [ofPlist],
  112: [ofDomain, ofOtherUser],
  113: [ofOtherDomain, ofDomain],
  114: [ofAccounts],
  115: [ofAccounts],
  119: [ofOverride, ofDisabledKey],
  121: [ofFile, ofVolume],
  122: [ofFile, ofVolume],
  124: [ofDomain],
  125: [ofDomain, ofOtherUser],
  127: [ofReserved],
  134: [ofSession, ofDomain],
  138: [ofHardware],
  139: [ofStart, ofOverride],
  140: [ofReserved, ofPlist],
  144: [ofReserved],
  146: [ofLoaded, ofDomain],
  150: [ofReserved],
  155: [ofQuarantine],
};

/** Of a call that does not read the plist: whose job it is, where it is, and for a start what that needs. */
const WITHOUT_PLIST: readonly Look[] = [ofReserved, ofDomain, ofOtherDomain, ofOtherUser];

function looksFor({ verb, code }: Answer): readonly Look[] {
  if (verb === 'kickstart') return [...WITHOUT_PLIST, ofStart];
  if (verb !== 'bootstrap') return code === null ? [] : WITHOUT_PLIST;
  return code === null ? EVERYTHING : (BY_CODE[code] ?? EVERYTHING);
}

/** Why launchd refused a call: the cause when looking finds it, else what the number says. Never throws. */
export async function explainRefusal(means: Means, answer: Answer, job: LoadTarget): Promise<ReconcileError> {
  const looks = looksFor(answer);
  const cause = await firstCause(means, answer, job, looks);
  const { launchctlCommand } = means.settings;
  return cause ?? refusedBy(answer, targetOf(job), { launchctlCommand, lookedAt: looks.length > 0 });
}

/**
 * A cause of a refused bootstrap that no waiting changes; null: none was found, so that it may be tried again. What is
 * loaded or still going is left to the caller, who has looked already.
 */
export async function findCause(
  means: Means,
  answer: Answer,
  job: LoadTarget,
): Promise<ReconcileError | null> {
  const lasting = looksFor(answer).filter((look) => look !== ofLoaded);
  // 37 only says that it is there already; behind it may be what is behind 5.
  const looks = lasting.length > 0 ? lasting : EVERYTHING.filter((look) => look !== ofLoaded);
  return firstCause(means, answer, job, looks);
}

async function firstCause(
  means: Means,
  answer: Answer,
  job: LoadTarget,
  looks: readonly Look[],
): Promise<ReconcileError | null> {
  let reading: Promise<PlistDict | null> | null = null;
  const on: Refusal = {
    means,
    job,
    call: `launchctl ${answer.verb} was refused${answer.code === null ? '' : ` with ${answer.code}`}`,
    code: answer.code,
    launchctl: means.settings.launchctlCommand,
    target: targetOf(job),
    plist: () => {
      reading ??= readDict(means.ports.files, job.path);
      return reading;
    },
  };
  for (const look of looks) {
    // What cannot be looked at is no cause, and must not hide the refusal.
    const cause = await look(on).catch(() => null);
    if (cause !== null) return cause;
  }
  return null;
}
