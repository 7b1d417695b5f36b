import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Domain } from '../model/domain.ts';
import { dict, isDict } from '../model/plist.ts';
import { readPlist } from '../plist/read.ts';
import { writePlist } from '../plist/write.ts';
import type { Overrides } from './ports.ts';

/**
 * The override database as macOS keeps it: `disabled.plist` for `system`, one `disabled.UID.plist` for both domains of a user
 * (facts §3.6). A file that cannot be read counts as empty and is told in the log.
 */
export function fileOverrides(folder: string, log: (line: string) => void): Overrides {
  const cache = new Map<string, Record<string, boolean>>();

  function entriesOf(file: string): Record<string, boolean> {
    const known = cache.get(file);
    if (known !== undefined) return known;
    const entries: Record<string, boolean> = Object.create(null);
    const value = readDict(join(folder, file), log);
    for (const [label, disabled] of Object.entries(value))
      if (typeof disabled === 'boolean') entries[label] = disabled;
    cache.set(file, entries);
    return entries;
  }

  return {
    read: (domain) => entriesOf(overrideFile(domain)),
    set(domain, label, disabled) {
      const file = overrideFile(domain);
      const entries = entriesOf(file);
      if (entries[label] === disabled) return;
      write(join(folder, file), writePlist(dict(Object.entries({ ...entries, [label]: disabled }))));
      // Only what is on disk counts: a refusal has changed nothing.
      entries[label] = disabled;
    },
  };
}

/** Whole, or not at all. Throws what the disk says. */
function write(path: string, text: string): void {
  const draft = `${path}.new`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** `gui/501` and `user/501` share one. */
export function overrideFile(domain: Domain): string {
  return domain === 'system' ? 'disabled.plist' : `disabled.${domain.split('/')[1]}.plist`;
}

function readDict(path: string, log: (line: string) => void): Readonly<Record<string, unknown>> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    return {};
  }
  const reading = readPlist(bytes);
  if (reading.ok && isDict(reading.value)) return reading.value.entries;
  log(`${path} is no property list of overrides; it counts as empty`);
  return {};
}
