import type { Marker } from '../model/observed.ts';

/**
 * Comments of a plist that we write: whose it is, and the job's description if it has one. They let a lost ledger be
 * rebuilt and tell a reader where to edit; launchd does not see them.
 */
export function markerComments(marker: Marker, description: string | null): readonly string[] {
  const stack = encodeName(marker.stack);
  const instance = encodeName(marker.instance);
  const own = `managed by reconcile: stack ${stack}, instance ${instance} - edit the reconcile file, not this one`;
  return description === null || description.trim() === '' ? [own] : [own, description.trim()];
}

const MARKER = /^\s*managed by reconcile: stack ("(?:[^"\\]|\\.)*"), instance ("(?:[^"\\]|\\.)*") - /;

/** The marker among the comments of a plist; null when there is none. The first one counts: ours stands before all others. */
export function parseMarker(comments: readonly string[]): Marker | null {
  for (const comment of comments) {
    const match = MARKER.exec(comment);
    const stack = decodeName(match?.[1]);
    const instance = decodeName(match?.[2]);
    if (stack !== null && instance !== null) return { stack, instance };
  }
  return null;
}

/** A JSON string of plain ASCII in which no `--` occurs and nothing that XML treats in a special way. */
function encodeName(name: string): string {
  const special = /[^\x20-\x7e]|[<>&]|(?<=-)-/g;
  return JSON.stringify(name).replace(
    special,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function decodeName(json: string | undefined): string | null {
  if (json === undefined) return null;
  try {
    const name: unknown = JSON.parse(json);
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
}
