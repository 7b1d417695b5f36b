import { dict, type PlistValue } from '../../src/model/plist.ts';

/** How a process can end, and the shell command that makes it end so. */
export const ENDS: Readonly<Record<string, string>> = {
  'exit 0': 'exit 0',
  'exit 1': 'exit 1',
  SIGTERM: 'kill -TERM $$',
  SIGKILL: 'kill -KILL $$',
  SIGSEGV: 'kill -SEGV $$',
  SIGABRT: 'kill -ABRT $$',
};

/** What the conditions of the table speak of. */
export interface Surroundings {
  readonly existingPath: string;
  readonly missingPath: string;
  /** Labels of other jobs of the domain: one that is loaded and does not run, one that runs. */
  readonly loaded: string;
  readonly running: string;
}

export interface Form {
  readonly name: string;
  readonly keys: Readonly<Record<string, PlistValue>>;
  /** In the order of ENDS: + started again, - left alone. */
  readonly row: string;
  /** RunAtLoad does not start it; its first start is a kickstart. */
  readonly onDemand?: true;
}

/**
 * Which form of KeepAlive starts a job again after which end: facts §2.5 (and §1, §2.3 for the last three), written out by
 * hand from there and from nothing in `src`, so that it can show the rules wrong.
 */
export function truthTable({ existingPath, missingPath, loaded, running }: Surroundings): readonly Form[] {
  const unknown = 'org.example.not-loaded';
  const form = (name: string, row: string, entries: readonly (readonly [string, PlistValue])[]): Form => ({
    name,
    keys: { KeepAlive: dict(entries) },
    row,
  });
  return [
    { name: 'absent', keys: {}, row: '------' },
    { name: 'false', keys: { KeepAlive: false }, row: '------' },
    form('{}', '------', []),
    { name: 'true', keys: { KeepAlive: true }, row: '++++++' },
    form('SuccessfulExit: true', '+-----', [['SuccessfulExit', true]]),
    form('SuccessfulExit: false', '-+++++', [['SuccessfulExit', false]]),
    form('Crashed: true', '----++', [['Crashed', true]]),
    form('Crashed: false', '++++--', [['Crashed', false]]),
    form('SuccessfulExit: true, Crashed: true', '+---++', [
      ['SuccessfulExit', true],
      ['Crashed', true],
    ]),
    form('SuccessfulExit: true, Crashed: false', '++++--', [
      ['SuccessfulExit', true],
      ['Crashed', false],
    ]),
    form('SuccessfulExit: false, Crashed: true', '-+++++', [
      ['SuccessfulExit', false],
      ['Crashed', true],
    ]),
    form('SuccessfulExit: false, Crashed: false', '++++++', [
      ['SuccessfulExit', false],
      ['Crashed', false],
    ]),
    form('PathState: {p: true}, p exists', '++++++', [['PathState', dict([[existingPath, true]])]]),
    form('PathState: {p: true}, p missing', '------', [['PathState', dict([[missingPath, true]])]]),
    form('PathState: {p: false}, p missing', '++++++', [['PathState', dict([[missingPath, false]])]]),
    form('OtherJobEnabled: {L: true}, L loaded', '++++++', [['OtherJobEnabled', dict([[loaded, true]])]]),
    form('OtherJobEnabled: {L: true}, L not loaded', '------', [
      ['OtherJobEnabled', dict([[unknown, true]])],
    ]),
    form('SuccessfulExit: false, PathState: p missing', '-+++++', [
      ['SuccessfulExit', false],
      ['PathState', dict([[missingPath, true]])],
    ]),
    form('SuccessfulExit: false, PathState: p exists', '++++++', [
      ['SuccessfulExit', false],
      ['PathState', dict([[existingPath, true]])],
    ]),
    form('Crashed: true, OtherJobEnabled: L not loaded', '----++', [
      ['Crashed', true],
      ['OtherJobEnabled', dict([[unknown, true]])],
    ]),
    form('OtherJobActive: {L: true}, L running', '++++++', [['OtherJobActive', dict([[running, true]])]]),
    form('OtherJobActive: {L: true}, L not running', '------', [['OtherJobActive', dict([[loaded, true]])]]),
    {
      name: 'AfterInitialDemand: true, kickstarted',
      onDemand: true,
      row: '++++++',
      keys: { KeepAlive: dict([['AfterInitialDemand', true]]) },
    },
    { name: 'absent, OnDemand: false', keys: { OnDemand: false }, row: '++++++' },
  ];
}

/** Both tables side by side, as plain text. `seen` holds a row for each form. */
export function drawTables(forms: readonly Form[], seen: readonly string[]): string {
  const ends = Object.keys(ENDS).map((end) => end.replace(/^exit |^SIG/, ''));
  const widths = ends.map((end) => Math.max(3, end.length) + 1);
  const cells = (texts: readonly string[]): string =>
    texts.map((text, index) => text.padEnd(widths[index] ?? 0)).join('');
  const marks = (row: string): string => cells([...row].map((mark) => (mark === '+' ? 'yes' : 'no')));
  const left = Math.max(...forms.map(({ name }) => name.length)) + 2;
  const half = widths.reduce((sum, width) => sum + width, 0);
  const line = (first: string, one: string, other: string): string =>
    `${first.padEnd(left)}${one.padEnd(half)}│ ${other}`.trimEnd();
  return [
    line('', 'expected', 'seen'),
    line('KeepAlive', cells(ends), cells(ends)),
    `${'─'.repeat(left + half)}┼${'─'.repeat(half)}`,
    ...forms.map(({ name, row }, index) => {
      const other = seen[index] ?? '';
      return line(name, marks(row), marks(other)) + (row === other ? '' : '  ← differs');
    }),
  ].join('\n');
}
