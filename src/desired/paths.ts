import { posix } from 'node:path';
import type { Problems } from './problems.ts';

/** `~` and `~/x` below `home`; null for `~other`, whose home we do not know; anything else as it stands. */
export function expandHome(text: string, home: string): string | null {
  if (text === '~') return home;
  if (text.startsWith('~/')) return posix.join(home, text.slice(1));
  return text.startsWith('~') ? null : text;
}

/** Says that `~other` cannot be read; `field` is where it stands. */
export function refuseOtherHome(text: string, field: string, problems: Problems): void {
  const user = text.slice(1).split('/')[0] ?? '';
  problems.error(
    'path/other-home',
    field,
    `\`~${user}\` would be the home folder of another user, which is not looked up.`,
    'Write the path in full, from `/` on; `~/` alone is your own home folder.',
  );
}

/**
 * A path of the file as launchd needs it, absolute: `~` expanded, a relative one resolved against the folder of the file it
 * stands in. Null, and an error, when that cannot be done. A slash at the end stays.
 */
export function absolutePath(text: string, field: string, home: string, problems: Problems): string | null {
  const path = expandHome(text, home);
  if (path === null) refuseOtherHome(text, field, problems);
  if (path === null || path.startsWith('/')) return path;
  const file = problems.placeOf(field).file;
  if (path !== '' && file.startsWith('/')) return posix.join(posix.dirname(file), path);
  problems.error(
    path === '' ? 'path/empty' : 'path/relative',
    field,
    path === ''
      ? 'This path is empty.'
      : `\`${text}\` is relative, and there is no folder that it belongs to.`,
    'Write the path in full, from `/` on, or begin it with `~/`.',
  );
  return null;
}
