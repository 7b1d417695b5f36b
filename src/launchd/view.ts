import type { Domain } from '../model/domain.ts';
import type { PlistDict } from '../model/plist.ts';
import type { Service } from '../model/service.ts';
import { type FieldVerdict, gatherEvidence, unverifiable } from './view-evidence.ts';
import { compareExecution } from './view-execution.ts';
import { compareProgram } from './view-program.ts';
import { compareResources } from './view-resources.ts';
import { compareStart } from './view-start.ts';

export type { FieldVerdict };

/** Told by other means: the header, the override database, KeepAlive. */
const JUDGED_ELSEWHERE: ReadonlySet<string> = new Set(['Label', 'Disabled', 'OnDemand']);

/**
 * Whether a loaded job is what this plist would make of it, key by key (facts §5): launchd holds a copy of the plist from
 * the moment it was loaded, and `print` shows a part of it.
 *
 * Keys that are always to be seen get a verdict even when neither side has them. `unverifiable`: the text has no trace of
 * the key, was trimmed, or could mean either. Values of equal meaning are equal (no KeepAlive, false and `{}`).
 */
export function compareView(
  plist: PlistDict,
  service: Service,
  expected: { readonly path: string; readonly domain: Domain },
): readonly FieldVerdict[] {
  const evidence = gatherEvidence(plist, service, expected.domain);
  const verdicts = [
    judgeFile(service, expected.path),
    ...compareProgram(evidence),
    ...compareStart(evidence),
    ...compareExecution(evidence),
    ...compareResources(evidence),
  ];
  const judged = new Set(verdicts.map(({ path }) => path[0]));
  const rest = Object.keys(plist.entries).filter((key) => !judged.has(key) && !JUDGED_ELSEWHERE.has(key));
  return [...verdicts, ...rest.map((key) => unverifiable([key]))];
}

/** The file it was loaded from. `/tmp`, `/var` and `/etc` of a Mac lie below `/private`, and either name may be shown. */
function judgeFile(service: Service, path: string): FieldVerdict {
  const loaded = service.path;
  if (loaded === null) return unverifiable(['path']);
  const isSame = loaded === path || loaded === `/private${path}` || path === `/private${loaded}`;
  return { path: ['path'], verdict: isSame ? 'equal' : 'different', loaded };
}
