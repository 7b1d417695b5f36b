import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { configJsonSchema } from '../../src/report/file-schema.ts';
import { validator } from '../support/json-schema.ts';
import { parse } from './host.ts';

it('is kept in docs/schema.json; run vitest with -u after a change', async () => {
  const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../docs/schema.json');
});

const ROOT = join(import.meta.dirname, '../..');
const validate = validator(configJsonSchema());
const complaints = (yaml: string): unknown =>
  validate(parseYaml(yaml, { merge: true })) ? [] : validate.errors;

describe('the files of this repository', () => {
  const files = ['examples', 'test/golden/cases'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml') && !path.includes('.github'))
      .map((path) => join(folder, path)),
  );

  it.each(files)('%s is as the JSON Schema wants it', (path) => {
    expect(complaints(readFileSync(join(ROOT, path), 'utf8'))).toEqual([]);
  });

  it.each([
    'docs/guide.md',
    'docs/embedded-launchd.md',
    'docs/testing.md',
    'docs/editors-and-ci.md',
    'README.md',
  ])('so is every file that %s shows', (path) => {
    const blocks = [...readFileSync(join(ROOT, path), 'utf8').matchAll(/```yaml\n(version: 1[\s\S]*?)```/g)];
    for (const [, block = ''] of blocks) expect(complaints(block)).toEqual([]);
  });
});

describe('a validator that knows the JSON Schema', () => {
  it.each([
    'version: 1',
    'version: 1\nname: a\nlabel_prefix: b.c\nvars: {a: x, b: 5, c: true}\ninclude: [a.yaml?]\ninstances: {}',
    'version: 1\ndefaults: {restart: never}\ntemplates: {t: {command: x, when: {os: [macos]}}}\ninstances: {w: {template: t, restart: {policy: null, throttle: 5}}}',
    'version: 1\ninstances: {w: {command: [a, b], environment: {A: 1.5, B: x}, umask: "022", nice: null}}',
    'version: 1\ninstances: {w: {command: x, start: {every: 15m, schedule: [{hour: 3, minute: "*"}]}}}',
    'version: 1\ninstances: {w: {command: x, limits: {core: 0, stack: {soft: 5}, data: null}, stop_timeout: 30}}',
    'version: 1\nvars: {p: standard}\ninstances: {w: {command: x, process_type: "${vars.p}", label: "${user}"}}',
    'version: 1\ninstances: {w: {launchd: {ProgramArguments: [x], Nice: 5}}}',
    'version: 1\ninstances: {w: {command: x, launchd: {KeepAlive: {PathState: {/a: true}}, ProcessType: "${env.A:-Standard}"}}}',
    'version: 1\ninstances: {w: {command: x, launchd_unchecked: {Any: {thing: [1]}}, audit: {ignore: ["text/*", run/sudo]}}}',
  ])('accepts what is valid: %s', (yaml) => {
    expect(parse(yaml).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(complaints(yaml)).toEqual([]);
  });

  it.each([
    'version: 2',
    'version: 1\nservices: {}',
    'version: 1\ninstances: {w: text}',
    'version: 1\ninstances: {w: {command: x, envronment: {}}}',
    'version: 1\ninstances: {w: {command: []}}',
    'version: 1\ninstances: {w: {command: x, nice: 30}}',
    'version: 1\ninstances: {w: {command: x, restart: "no"}}',
    'version: 1\ninstances: {w: {command: x, restart: {policy: sometimes}}}',
    'version: 1\ninstances: {w: {command: x, enabled: "yes"}}',
    'version: 1\ninstances: {w: {command: x, umask: 022}}',
    'version: 1\ninstances: {w: {command: x, label: a/b}}',
    'version: 1\ninstances: {w: {command: x, stop_timeout: soon}}',
    'version: 1\ninstances: {w: {command: x, environment: {A: true}}}',
    'version: 1\ninstances: {w: {command: x, limits: {open_file: 5}}}',
    'version: 1\ninstances: {w: {command: x, start: {schedule: [{hour: 3}]}}}',
  ])('refuses what is not: %s', (yaml) => {
    expect(parse(yaml).config).toBeNull();
    expect(complaints(yaml)).not.toEqual([]);
  });
});
