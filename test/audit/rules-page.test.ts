import { expect, it } from 'vitest';
import { DESCRIPTIONS } from '../../src/audit/table.ts';
import { rulesPage } from '../../src/report/rules-page.ts';

it('is kept in docs/rules.md; run `npm run docs` after a change', async () => {
  await expect(rulesPage(DESCRIPTIONS)).toMatchFileSnapshot('../../docs/rules.md');
});

it('has a section for every rule', () => {
  const headings = [...rulesPage(DESCRIPTIONS).matchAll(/^### `(.+)`$/gm)].map(([, code]) => code);
  expect(headings.toSorted()).toEqual(DESCRIPTIONS.map(({ code }) => code).toSorted());
});
