import { DESCRIPTIONS } from '../audit/table.ts';
import { jsonSchemaWith } from '../config/json-schema.ts';
import { keySchema } from '../launchd/key-schema.ts';

/**
 * The JSON Schema of the file (draft 7), for editors and validators: the fields, the keys of launchd.plist(5) below
 * `launchd:`, and the codes that `audit: {ignore: […]}` takes.
 */
export function configJsonSchema(): object {
  const codes = DESCRIPTIONS.map(({ code, title }) => ({ const: code, description: title }));
  return jsonSchemaWith({
    launchd: keySchema(),
    rule: {
      type: 'string',
      pattern: '^[a-z-]+/([a-z-]+|\\*)$',
      patternErrorMessage:
        'Not a code of a rule. `reconcile audit --rules` lists them; text/* stands for an area.',
      // The last is for areas, and for rules of a later version.
      anyOf: [...codes, { type: 'string' }],
    },
  });
}
