import { join, resolve } from 'node:path';
import { EXIT } from '../model/errors.ts';
import { markerComments } from '../plist/marker.ts';
import { writePlist } from '../plist/write.ts';
import { realFiles } from '../sys/files.ts';
import { makeFolders } from '../sys/make-folders.ts';
import type { Command } from './context.ts';
import { loadDeclarationAs, noteDiagnostics } from './declaration.ts';
import { printDocument } from './document.ts';

/** Writes the plists that the file compiles to into a folder, one a label; nothing else is touched. */
export const render: Command<{ readonly output?: string }> = async ({ output }, context) => {
  const { terminal, options, cwd } = context;
  const declaration = loadDeclarationAs(context);
  noteDiagnostics(context, declaration.diagnostics, declaration.sources);
  const stack = declaration.config.name;
  const rendered = declaration.jobs
    .filter(({ excluded }) => !excluded)
    .map(({ instance, label, plist, description }) => ({
      label,
      text: writePlist(plist, markerComments({ stack, instance }, description)),
    }));
  const folder = output === undefined ? null : resolve(cwd, output);
  if (folder !== null) {
    makeFolders(folder, 0o777);
    for (const { label, text } of rendered)
      await realFiles.write(join(folder, `${label}.plist`), text, 0o644);
  }
  const plists = rendered.map(({ label, text }) => ({
    label,
    path: folder === null ? null : join(folder, `${label}.plist`),
    text,
  }));
  if (options.json) printDocument(context, EXIT.ok, { stack, plists }, declaration.diagnostics);
  else if (folder === null) terminal.out(rendered.map(({ text }) => text).join(''));
  else terminal.out(`Wrote ${plists.length} ${plists.length === 1 ? 'plist' : 'plists'} to ${folder}.`);
  return EXIT.ok;
};
