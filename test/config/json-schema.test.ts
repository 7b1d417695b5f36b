import { expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.ts';

it('is kept in docs/schema.json; run vitest with -u after a change', async () => {
  const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../docs/schema.json');
});
