import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { configReference } from '../../src/config/reference.ts';
import { parse } from './host.ts';

it('is kept in docs/reference.md; run vitest with -u after a change', async () => {
  await expect(configReference()).toMatchFileSnapshot('../../docs/reference.md');
});

/** `### \`restart.throttle\`` and the YAML below it. */
const EXAMPLES = [...configReference().matchAll(/^### `([\w.]+)`\n[^#]*?```yaml\n([^`]*)```/gms)].map(
  ([, field = '', yaml = '']) => ({ field, yaml }),
);

it('has an example for nearly every field', () => {
  expect(EXAMPLES.length).toBeGreaterThan(45);
});

it.each(EXAMPLES)('has an example of $field that is valid', ({ field, yaml }) => {
  const path = field.split('.');
  let value = parseYaml(yaml) as Record<string, unknown>;
  for (const outer of path.slice(0, -1).reverse()) value = { [outer]: value };
  if (field === 'on_event.events')
    value = { on_event: { command: ['/bin/true'], ...Object(value['on_event']) } };
  const inFile = ['version', 'name', 'label_prefix', 'vars', 'include', 'moved', 'on_event'].includes(
    path[0] ?? '',
  );
  const base = { domain: 'system', ...('script' in value || 'command' in value ? {} : { command: 'true' }) };
  const file = inFile
    ? { version: 1, instances: { backup: { command: 'true' } }, ...value }
    : {
        version: 1,
        templates: { lima: {} },
        instances: { database: { command: 'true' }, web: { ...base, ...value } },
      };
  const codes = parse(JSON.stringify(file)).diagnostics.map(({ code }) => code);
  // The text of one file finds no other.
  expect(codes.filter((code) => code !== 'include/missing' && code !== 'file/missing')).toEqual([]);
});
