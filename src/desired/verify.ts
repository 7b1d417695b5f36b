import type { Domain } from '../model/domain.ts';
import type { Draft } from './draft.ts';
import type { Decided } from './raw-keys.ts';

/** What the finished plist must have whatever the fields say: something to run. */
export function verifyPlist(draft: Draft, decided: Decided, _domain: Domain): void {
  const { command, program, script } = draft.fields;
  const declared = command !== undefined || program !== undefined || script !== undefined;
  const raw = ['Program', 'ProgramArguments'].some((key) => Object.hasOwn(decided.plist.entries, key));
  if (declared || raw) return;
  draft.problems.error(
    'command/missing',
    '',
    `\`${draft.instance.name}\` does not say what to run.`,
    'Add `command`, `program` or `script`.',
  );
}
