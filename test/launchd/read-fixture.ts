import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A printed answer of launchctl, by the name of its file in fixtures. */
export function readFixture(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
}
