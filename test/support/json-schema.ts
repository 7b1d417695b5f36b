import { Ajv, type ValidateFunction } from 'ajv';

/** Words for editors, which validators pass over (json-schema-words.ts). */
const FOR_EDITORS = [
  'markdownDescription',
  'enumDescriptions',
  'defaultSnippets',
  'deprecationMessage',
  'patternErrorMessage',
];

/** A JSON Schema as a validator that we did not write reads it; a keyword that it does not know is an error. */
export function validator(schema: object): ValidateFunction {
  return new Ajv({ strict: true, strictTypes: false, allErrors: true })
    .addVocabulary(FOR_EDITORS)
    .compile(schema);
}
