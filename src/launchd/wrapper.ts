// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expansions are those of a shell.
import { dict, isArray, type PlistDict, type PlistValue } from '../model/plist.ts';

/** A value that a job reads at its start; nothing of ours ever holds it. */
export type StartSecret =
  | { readonly name: string; readonly file: string }
  | {
      readonly name: string;
      readonly keychain: { readonly service: string; readonly account: string | null };
    };

/** What is read when a job starts, before its program runs. Paths are absolute. */
export interface ReadsAtStart {
  readonly envFiles: readonly string[];
  readonly secrets: readonly StartSecret[];
  /** Variables that the plist sets, which no env_file replaces. */
  readonly keeps: readonly string[];
}

/**
 * Variables that a shell keeps for itself, which may be any POSIX shell: on a Mac it is bash, where UID cannot be set, and
 * what is said of RANDOM is lost. Whoever reads such a one at the start of a job would not get what the file says.
 */
const SHELL_NAMES: readonly string[] = [
  '_',
  'BASHOPTS',
  'BASHPID',
  'BASH_VERSINFO',
  'DIRSTACK',
  'EUID',
  'FUNCNAME',
  'GROUPS',
  'LINENO',
  'OPTIND',
  'PPID',
  'RANDOM',
  'SECONDS',
  'SHELLOPTS',
  'UID',
];

/** Whether a variable of this name would not reach the program: the shell's own, or the wrapper's. */
export function isShellsOwn(name: string): boolean {
  return SHELL_NAMES.includes(name) || name.startsWith('_rc_');
}

/**
 * The whole wrapper: POSIX sh, run by `/bin/sh -c` with this text as it stands and the rest as arguments, so that values
 * come neither into its text nor into an argument list. It reads each file line by line with builtins, evaluates nothing,
 * exports the variables and ends in exec: same process, same signals. What is not there ends it with 78 (EX_CONFIG) and
 * one line on standard error that names files and lines, never values. Its names begin with `_rc_`, so that none of the
 * job's is touched. It is one line, since launchctl prints arguments line by line.
 *
 * Arguments: LABEL, then any of `keep NAME`, `env-file PATH`, `file NAME PATH`, `keychain NAME SERVICE ACCOUNT`, then `--`
 * and the command. A bare program name is looked up where launchd does (facts §1, ProgramArguments), not in the PATH of
 * the job.
 */
const LINES: readonly string[] = [
  'set +x +v;',
  '_rc_l=$1; shift;',
  '_rc_die() { printf "reconcile: %s: %s\\n" "$_rc_l" "$1" >&2; exit 78; };',
  '_rc_t=$(printf "\\t"); _rc_r=$(printf "\\r"); _rc_n=$(printf "\\n."); _rc_n=${_rc_n%.}; _rc_b=" $_rc_t"; _rc_keep=;',
  // Letters by name: what `A-Z` holds is up to the locale. A byte order mark, as editors of Windows write it.
  '_rc_c=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_; _rc_u=$(printf "\\357\\273\\277");',
  // By `command`, a variable that this shell does not let go is an answer, and not its end; nor does it show the value.
  '_rc_set() { command export "$1=$_rc_o" 2>/dev/null || _rc_die "$1 cannot be set: the shell that reads it keeps it for itself."; };',
  '_rc_can() { { [ -f "$2" ] && [ -r "$2" ]; } || _rc_die "$1 $2 is not there, or may not be read by this job."; };',
  '_rc_next() { _rc_v=; IFS= read -r _rc_v || [ -n "$_rc_v" ] || return 1; _rc_i=$((_rc_i+1)); _rc_v=${_rc_v%"$_rc_r"}; };',
  '_rc_skip() { _rc_x=${_rc_v%%[!$_rc_b]*}; _rc_v=${_rc_v#"$_rc_x"}; };',
  "_rc_sq() { _rc_o=; while :; do case $_rc_v in *\\'*) _rc_o=$_rc_o${_rc_v%%\\'*}; _rc_v=${_rc_v#*\\'}; return 0;; *) _rc_o=$_rc_o$_rc_v$_rc_n; _rc_next || return 1;; esac; done; };",
  '_rc_dq() { _rc_o=; while :; do _rc_x=${_rc_v%%[\\"\\\\]*}; _rc_o=$_rc_o$_rc_x; _rc_v=${_rc_v#"$_rc_x"};',
  'case $_rc_v in \\"*) _rc_v=${_rc_v#?}; return 0;; \\\\n*) _rc_o=$_rc_o$_rc_n; _rc_v=${_rc_v#??};; \\\\r*) _rc_o=$_rc_o$_rc_r; _rc_v=${_rc_v#??};; \\\\t*) _rc_o=$_rc_o$_rc_t; _rc_v=${_rc_v#??};;',
  '\\\\[\\"\\\\\\$\\`]*) _rc_v=${_rc_v#?}; _rc_o=$_rc_o${_rc_v%"${_rc_v#?}"}; _rc_v=${_rc_v#?};; \\\\*) _rc_o=$_rc_o\\\\; _rc_v=${_rc_v#?};; *) _rc_o=$_rc_o$_rc_n; _rc_next || return 1;; esac; done; };',
  '_rc_env() { _rc_can "the env_file" "$1"; _rc_i=0; while _rc_next; do [ "$_rc_i" -gt 1 ] || _rc_v=${_rc_v#"$_rc_u"}; _rc_skip; case $_rc_v in ""|[#\\;]*) continue;; export[$_rc_b]*) _rc_v=${_rc_v#export}; _rc_skip;; esac;',
  'case $_rc_v in *=*) ;; *) _rc_die "line $_rc_i of $1 is not NAME=value.";; esac; _rc_k=${_rc_v%%=*}; _rc_v=${_rc_v#*=};',
  'case $_rc_k in ""|[0-9]*|*[!$_rc_c]*) _rc_die "line $_rc_i of $1 does not begin with the name of a variable and an equals sign.";;',
  `${SHELL_NAMES.join('|')}|_rc_*) _rc_die "line $_rc_i of $1 sets $_rc_k, which the shell that reads it keeps for itself.";; esac;`,
  '_rc_w=$_rc_v; _rc_s=$_rc_i; _rc_skip; case $_rc_v in \\"*|\\\'*) case $_rc_v in \\"*) _rc_v=${_rc_v#?}; _rc_dq;; *) _rc_v=${_rc_v#?}; _rc_sq;; esac || _rc_die "line $_rc_s of $1 has a quote that is not closed."; _rc_skip; case $_rc_v in ""|\\#*) ;; *) _rc_die "line $_rc_i of $1 has more after the quote.";; esac;;',
  '*) _rc_v=${_rc_w%%[$_rc_b]\\#*}; _rc_skip; _rc_o=$_rc_v; _rc_x=${_rc_o##*[!$_rc_b]}; _rc_o=${_rc_o%"$_rc_x"};; esac;',
  'case "$_rc_keep " in *" $_rc_k "*) ;; *) _rc_set "$_rc_k";; esac; done < "$1"; };',
  '_rc_file() { _rc_can "the file of the secret $1," "$2"; _rc_o=; _rc_x=; while IFS= read -r _rc_v; do _rc_o=$_rc_o$_rc_x$_rc_v; _rc_x=$_rc_n; done < "$2"; if [ -n "$_rc_v" ]; then _rc_o=$_rc_o$_rc_x$_rc_v; else _rc_o=${_rc_o%"$_rc_r"}; fi; _rc_set "$1"; };',
  '_rc_chain() { _rc_x=/usr/bin/security; [ -x "$_rc_x" ] || _rc_x=$(command -v security) || _rc_die "the secret $1 lies in a keychain, and there is no program named security here: keychains are on a Mac.";',
  'if [ -n "$3" ]; then _rc_o=$("$_rc_x" find-generic-password -w -s "$2" -a "$3" < /dev/null); else _rc_o=$("$_rc_x" find-generic-password -w -s "$2" < /dev/null); fi || _rc_die "the keychain did not give the secret $1 (service $2)."; _rc_set "$1"; };',
  'while :; do case $1 in keep) _rc_keep="$_rc_keep $2"; shift 2;; env-file) _rc_env "$2"; shift 2;; file) _rc_file "$2" "$3"; shift 3;; keychain) _rc_chain "$2" "$3" "$4"; shift 4;; --) shift; break;; *) _rc_die "its start is not written as reconcile writes it.";; esac; done;',
  'case $1 in */*) ;; *) for _rc_x in /usr/bin /bin /usr/sbin /sbin; do if [ -x "$_rc_x/$1" ]; then _rc_v=$_rc_x/$1; shift; set -- "$_rc_v" "$@"; break; fi; done;; esac;',
  'exec "$@"',
];

export const WRAPPER: string = LINES.join(' ');

/** Null: nothing is run that could be wrapped. A plist whose Program differs from its first argument loses that name. */
export function wrap(plist: PlistDict, label: string, reads: ReadsAtStart): PlistDict | null {
  const { Program: program, ProgramArguments: given, ...rest } = plist.entries;
  const args = isArray(given) ? given : [];
  const command = program === undefined ? args : [program, ...args.slice(1)];
  if (command.length === 0) return null;
  const words: readonly PlistValue[] = [
    '/bin/sh',
    '-c',
    WRAPPER,
    'reconcile',
    label,
    ...reads.keeps.flatMap((name) => ['keep', name]),
    ...reads.envFiles.flatMap((path) => ['env-file', path]),
    ...reads.secrets.flatMap((secret) =>
      'file' in secret
        ? ['file', secret.name, secret.file]
        : ['keychain', secret.name, secret.keychain.service, secret.keychain.account ?? ''],
    ),
    '--',
    ...command,
  ];
  return dict([...Object.entries(rest), ['ProgramArguments', words]]);
}

/** The job inside the wrapper, and what it reads; a plist without it, as it stands, reads nothing. */
export function unwrap(plist: PlistDict): { readonly plist: PlistDict; readonly reads: ReadsAtStart | null } {
  const { ProgramArguments: given, ...rest } = plist.entries;
  const words = isArray(given) ? given.filter((word) => typeof word === 'string') : [];
  if (words[2] !== WRAPPER || rest['Program'] !== undefined) return { plist, reads: null };
  const reads = { envFiles: [] as string[], secrets: [] as StartSecret[], keeps: [] as string[] };
  let at = 5;
  for (;;) {
    const [word, name = '', value = '', account = ''] = words.slice(at);
    if (word === 'keep') reads.keeps.push(name);
    else if (word === 'env-file') reads.envFiles.push(name);
    else if (word === 'file') reads.secrets.push({ name, file: value });
    else if (word === 'keychain')
      reads.secrets.push({ name, keychain: { service: value, account: account === '' ? null : account } });
    else break;
    at += word === 'keychain' ? 4 : word === 'file' ? 3 : 2;
  }
  if (words[at] !== '--') return { plist, reads: null };
  return { plist: dict([...Object.entries(rest), ['ProgramArguments', words.slice(at + 1)]]), reads };
}
