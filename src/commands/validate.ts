import { EXIT } from '../model/errors.ts';
import type { Command } from './context.ts';
import { loadDeclarationAs, noteDiagnostics } from './declaration.ts';
import { printDocument } from './document.ts';

/** Checks the file, for this machine or for that of `--as`. */
export const validate: Command = async (_, context) => {
  const declaration = loadDeclarationAs(context);
  const { config, jobs, diagnostics, host } = declaration;
  noteDiagnostics(context, declaration.diagnostics, declaration.sources);
  const excluded = jobs.filter((job) => job.excluded).length;
  if (context.options.json) {
    const body = { stack: config.name, files: config.files, jobs: jobs.length - excluded, excluded };
    printDocument(context, EXIT.ok, body, diagnostics);
    return EXIT.ok;
  }
  const count = jobs.length - excluded;
  const besides = excluded === 0 ? '' : ` ${excluded} more for other machines.`;
  context.terminal.out(
    `${config.file} is valid: ${count} ${count === 1 ? 'job' : 'jobs'} for ${host.user} on ${host.host}.${besides}`,
  );
  return EXIT.ok;
};
