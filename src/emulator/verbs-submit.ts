import { parseArgs } from 'node:util';
import { describeLaunchctlCode } from '../launchd/codes.ts';
import { dict, type PlistValue } from '../model/plist.ts';
import type { Reply } from './address.ts';
import { readDefinition, SUBMITTED } from './definition.ts';
import type { Launchd } from './launchd-state.ts';
import { complaint, SILENT } from './reply.ts';
import { wrongUsage } from './usage.ts';
import { callersDomains } from './verbs-session.ts';

/**
 * `submit -l LABEL [-p PROGRAM] [-o FILE] [-e FILE] -- COMMAND…`: a job without a plist, which is started again whenever it ends
 * (man page, facts §6 no. 57).
 */
export function submit(launchd: Launchd, args: readonly string[]): Reply {
  const given = readOptions(args);
  if (given === null) return wrongUsage(launchd.fidelity, 'submit');
  const reading = readDefinition(dict([...given, ['KeepAlive', true]]), SUBMITTED);
  if (!reading.ok) return wrongUsage(launchd.fidelity, 'submit');
  const [domain] = callersDomains(launchd);
  const outcome = launchd.supervisor.load(reading.definition, domain);
  if (outcome === 'loaded') return SILENT;
  const code = outcome === 'already' ? launchd.fidelity.alreadyLoaded : 37;
  return complaint(code, `Could not submit job: ${describeLaunchctlCode(code)}`);
}

function readOptions(args: readonly string[]): readonly (readonly [string, PlistValue])[] | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        label: { type: 'string', short: 'l' },
        program: { type: 'string', short: 'p' },
        out: { type: 'string', short: 'o' },
        error: { type: 'string', short: 'e' },
      },
      allowPositionals: true,
    });
    const keys: readonly (readonly [string, PlistValue | undefined])[] = [
      ['Label', values.label],
      ['Program', values.program],
      ['ProgramArguments', positionals.length === 0 ? undefined : positionals],
      ['StandardOutPath', values.out],
      ['StandardErrorPath', values.error],
    ];
    return keys.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  } catch {
    return null;
  }
}
