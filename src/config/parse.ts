import type { Host } from '../model/domain.ts';
import { type Loaded, loadConfig } from './load.ts';

/** The configuration in one text. An `include` finds no other file: it is reported as missing. */
export function parseConfig(text: string, file: string, host: Host): Loaded {
  return loadConfig(
    [file],
    {
      read: (path) =>
        path === file
          ? { ok: true, text, realPath: file }
          : { ok: false, reason: 'missing', message: `\`${path}\` is not read here.` },
      glob: () => [],
    },
    host,
  );
}
