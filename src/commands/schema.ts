import { EXIT } from '../model/errors.ts';
import { configJsonSchema } from '../report/file-schema.ts';
import type { Command } from './context.ts';

/** Prints the JSON Schema of the file, for editors; the same with and without `--json`. */
export const schema: Command = async (_, { terminal }) => {
  terminal.out(JSON.stringify(configJsonSchema(), null, 2));
  return EXIT.ok;
};
