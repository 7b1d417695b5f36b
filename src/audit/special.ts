import type { Place } from '../model/diagnostic.ts';
import type { PlistProblem } from '../plist/problem.ts';
import type { Finding } from './finding.ts';
import { isMeant } from './ignore.ts';
import type { Rule } from './rule.ts';

/** A rule as people read of it. */
export type Description = Omit<Rule, 'check'>;

/** Found before any job can be judged. */
export const UNREADABLE: Description = {
  code: 'plist/unreadable',
  severity: 'error',
  title: 'A file that is no property list',
  why: 'launchd refuses what it cannot read, and says only "Input/output error".',
  bad: '<plist version="1.0"><dict><key>Label</key></dict></plist>',
  good: '<plist version="1.0"><dict><key>Label</key><string>net.me.a</string></dict></plist>',
};

/** Found in the wish to ignore another finding. */
export const BAD_IGNORE: Description = {
  code: 'audit/ignore',
  severity: 'warning',
  title: 'An ignore that does not count',
  why: 'Whoever reads the plist later has to know why the finding does not matter here.',
  bad: '<!-- reconcile-ignore restart/only-after-success -->',
  good: '<!-- reconcile-ignore restart/only-after-success: the gateway ends with 0 to be updated -->',
};

/** What keeps a plist from being read, as a finding. */
export function unreadable(path: string, { message, line, column, isClosed }: PlistProblem): Finding {
  return {
    code: UNREADABLE.code,
    severity: UNREADABLE.severity,
    label: null,
    path,
    line,
    column,
    key: null,
    field: null,
    current: null,
    message,
    why: isClosed === true ? 'What cannot be read is not judged, so nothing is said of it.' : UNREADABLE.why,
    fix:
      isClosed === true
        ? 'Make it readable for yourself, or name the other paths alone.'
        : 'Mend that place; `plutil -lint` says on a Mac whether launchd reads the file.',
    edits: [],
  };
}

/** Patterns that mean no rule there is: a code that was misspelt ignores nothing. */
export function unknownIgnores(patterns: readonly string[], codes: readonly string[]): readonly string[] {
  return [...new Set(patterns)].filter((pattern) => !codes.some((code) => isMeant(pattern, code)));
}

/** A code in the `audit: {ignore: …}` of a reconcile file that is none. */
export function badIgnore(code: string, label: string | null, place: Partial<Place>): Finding {
  return {
    code: BAD_IGNORE.code,
    severity: BAD_IGNORE.severity,
    label,
    path: place.file ?? null,
    line: place.line ?? null,
    column: place.column ?? null,
    key: null,
    field: null,
    current: null,
    message: `There is no rule ${code} to ignore.`,
    why: 'A misspelt code ignores nothing, and the finding that was meant is told all the same.',
    fix: '`reconcile audit --rules` lists them all.',
    edits: [],
  };
}
