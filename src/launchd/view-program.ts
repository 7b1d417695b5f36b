import type { PlistValue } from '../model/plist.ts';
import {
  type Evidence,
  type FieldVerdict,
  isSamePath,
  judgePrinted,
  membersOf,
  stringOf,
  stringsOf,
  unverifiable,
} from './view-evidence.ts';

/** What is run, and with which arguments, folder, variables and files (facts §5). */
export function compareProgram(evidence: Evidence): readonly FieldVerdict[] {
  return [
    judgeProgram(evidence),
    judgeArguments(evidence),
    ...judgeEnvironment(evidence),
    judgePath(evidence, 'WorkingDirectory', 'working directory', '/'),
    judgePath(evidence, 'StandardInPath', 'stdin path', '/dev/null'),
    judgePath(evidence, 'StandardOutPath', 'stdout path', '/dev/null'),
    judgePath(evidence, 'StandardErrorPath', 'stderr path', '/dev/null'),
  ];
}

/** Where launchd looks for a program that is named without a folder (facts §1, ProgramArguments). */
const STANDARD_PATH = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/**
 * `program = ` shows what is executed, from Program or else from the first argument; the flag `inferred program` tells that
 * the key was absent. Only another executable is a difference: naming the same one in both keys changes nothing.
 */
function judgeProgram({ plist, service, flags }: Evidence): FieldVerdict {
  const path = ['Program'];
  const program = service.fields['program'];
  if (program === undefined) return unverifiable(path);
  const wanted = stringOf(plist, 'Program') ?? stringsOf(plist, 'ProgramArguments')?.[0];
  if (wanted === undefined) return unverifiable(path, program);
  const loaded = flags?.has('inferred program') === true ? null : program;
  const isFound = !wanted.includes('/') && STANDARD_PATH.some((folder) => `${folder}/${wanted}` === program);
  return { path, verdict: wanted === program || isFound ? 'equal' : 'different', loaded };
}

/**
 * Element by element. Only an argument in which a blank follows a newline prints lines that could be arguments of their own;
 * there the same text may mean either, so it proves nothing.
 */
function judgeArguments(evidence: Evidence): FieldVerdict {
  const path = ['ProgramArguments'];
  const wanted = stringsOf(evidence.plist, 'ProgramArguments') ?? [];
  const loaded = evidence.service.blocks['arguments']?.lines;
  const isSame = isSameList(wanted, loaded ?? []);
  const isAmbiguous = !isSame && wanted.some((argument) => /\n[ \t]/.test(argument));
  if (isAmbiguous && unindent(wanted) === unindent(loaded ?? []))
    return unverifiable(path, [...(loaded ?? [])]);
  return judgePrinted(evidence, path, loaded === undefined ? undefined : [...loaded], isSame);
}

export function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((element, index) => element === right[index]);
}

function unindent(lines: readonly string[]): string {
  const text = lines.join('\n');
  return text
    .split('\n')
    .map((line) => line.trimStart())
    .join('\n');
}

/** Variables that launchd, sudo and the system libraries put beside those of the plist (facts §5). */
const INJECTED =
  /^(?:XPC_.*|OSLogRateLimit|Malloc[A-Z].*|SUDO_(?:UID|GID|USER|COMMAND)|LaunchInstanceID|SECURITYSESSIONID|_.*)$/;

/** The way people name variables; those of Apple that are still to come are more likely `InMixedCase`. */
const LOOKS_USER_DEFINED = /^(?:[A-Z][A-Z0-9_]*|[a-z][a-z0-9_]*)$/;

/** One verdict a variable. One that only the loaded job has is a difference if it looks as if a plist had set it. */
function judgeEnvironment(evidence: Evidence): readonly FieldVerdict[] {
  const block = evidence.service.blocks['environment'];
  const loaded = block?.fields ?? {};
  const wanted = new Map<string, string>();
  const verdicts: FieldVerdict[] = [];
  for (const [name, value] of membersOf(evidence.plist, 'EnvironmentVariables')) {
    // launchd ignores values that are no strings (facts §1); odd names print as something else.
    if (typeof value === 'string' && isPlainName(name)) wanted.set(name, value);
    else if (typeof value === 'string') verdicts.push(unverifiable(['EnvironmentVariables', name]));
  }
  for (const [name, value] of wanted) {
    verdicts.push(
      judgeVariable(name, value, block === undefined ? null : (loaded[name] ?? null), block !== undefined),
    );
  }
  for (const [name, value] of Object.entries(loaded)) {
    if (wanted.has(name) || INJECTED.test(name)) continue;
    const verdict = LOOKS_USER_DEFINED.test(name) ? 'different' : 'unverifiable';
    verdicts.push({ path: ['EnvironmentVariables', name], verdict, loaded: value });
  }
  if (verdicts.length > 0) return verdicts;
  const nothing: FieldVerdict = { path: ['EnvironmentVariables'], verdict: 'equal', loaded: null };
  return [block === undefined ? unverifiable(nothing.path) : nothing];
}

function isPlainName(name: string): boolean {
  return name !== '' && !/[=\n]/.test(name);
}

function judgeVariable(
  name: string,
  wanted: string,
  loaded: string | null,
  isPrinted: boolean,
): FieldVerdict {
  const path = ['EnvironmentVariables', name];
  if (loaded === wanted) return { path, verdict: 'equal', loaded };
  // launchd's own value may win over ours; and a blank after a newline is read as the line of another variable.
  const isAmbiguous =
    INJECTED.test(name) || (/\n[ \t]/.test(wanted) && loaded?.split('\n')[0] === wanted.split('\n')[0]);
  return !isPrinted || isAmbiguous ? unverifiable(path, loaded) : { path, verdict: 'different', loaded };
}

/** A path that is printed when set; its default means the same as nothing. */
function judgePath(evidence: Evidence, key: string, line: string, standard: string): FieldVerdict {
  const wanted = stringOf(evidence.plist, key);
  const loaded: PlistValue | undefined = evidence.service.fields[line];
  const base = key === 'WorkingDirectory' ? '/' : (stringOf(evidence.plist, 'WorkingDirectory') ?? '/');
  return judgePrinted(evidence, [key], loaded, isSamePath(wanted ?? standard, loaded ?? standard, base));
}
