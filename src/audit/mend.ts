import { dict, isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import type { Edit } from './rule.ts';

/** The plist with these edits made, in order. One whose place is no longer there changes nothing. */
export function mend(plist: PlistDict, edits: readonly Edit[]): PlistDict {
  return edits.reduce<PlistDict>((mended, edit) => {
    const result = edited(mended, edit.path, edit);
    return isDict(result) ? result : mended;
  }, plist);
}

function edited(
  value: PlistValue | undefined,
  path: readonly (string | number)[],
  edit: Edit,
): PlistValue | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return edit.op === 'set' ? edit.value : value;
  if (isArray(value)) {
    const index = Number(step);
    if (index >= value.length) return value;
    const inner = rest.length === 0 && edit.op === 'remove' ? undefined : edited(value[index], rest, edit);
    return inner === undefined ? value.toSpliced(index, 1) : value.with(index, inner);
  }
  if (!isDict(value)) return value;
  const name = `${step}`;
  if (rest.length > 0) return withMember(value, name, edited(value.entries[name], rest, edit));
  switch (edit.op) {
    case 'set':
      return withMember(value, name, edit.value);
    case 'remove':
      return withMember(value, name, undefined);
    case 'rename':
      return dict(
        Object.entries(value.entries).map(([key, member]) => [key === name ? edit.to : key, member]),
      );
  }
}

/** A dictionary that was emptied by the edit goes, too: `KeepAlive: {}` would mean something else. */
function withMember(value: PlistDict, name: string, member: PlistValue | undefined): PlistDict {
  const isEmptied = member !== undefined && isDict(member) && Object.keys(member.entries).length === 0;
  return dict(Object.entries({ ...value.entries, [name]: isEmptied ? undefined : member }));
}
