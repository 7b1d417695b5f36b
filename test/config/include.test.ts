import { describe, expect, it } from 'vitest';
import { codes, load } from './host.ts';

const ROOT = '/dots/reconcile.yaml';
const root = (include: string, more = ''): string => `version: 1\nname: dots\ninclude: ${include}\n${more}`;

describe('include', () => {
  it('merges files in list order, a glob in byte order, then the file itself', () => {
    const { config, diagnostics } = load([ROOT], {
      [ROOT]: root('[last.yaml, "jobs/*.yaml"]', 'instances: { web: { stdin: root } }'),
      '/dots/last.yaml': 'instances: { web: { command: last, stdout: last, stderr: last, stdin: last } }',
      '/dots/jobs/b.yaml': 'instances: { web: { stderr: b, stdin: b } }',
      '/dots/jobs/a.yaml': 'instances: { web: { stdout: a, stderr: a } }',
      '/dots/jobs/é.yaml': 'defaults: { nice: 7 }',
    });
    expect(diagnostics).toEqual([]);
    expect(config?.instances[0]?.fields).toEqual({
      command: 'last',
      stdout: 'a',
      stderr: 'b',
      stdin: 'root',
      nice: 7,
    });
    expect(config?.files).toEqual([
      ROOT,
      '/dots/last.yaml',
      '/dots/jobs/a.yaml',
      '/dots/jobs/b.yaml',
      '/dots/jobs/é.yaml',
    ]);
  });

  it('is relative to the file, interpolated, and may be optional', () => {
    const { config, diagnostics } = load([ROOT], {
      [ROOT]: root('["hosts/${host}.yaml?", "hosts/gone.yaml?", "gone/*.yaml?"]', 'vars: { a: root }'),
      '/dots/hosts/studio.yaml': 'include: [more/deep.yaml]\nvars: { a: host, b: "${config_dir}" }',
      '/dots/hosts/more/deep.yaml': 'instances: { web: { command: "${vars.a} ${vars.b} ${config_dir}" } }',
    });
    expect(diagnostics).toEqual([]);
    expect(config?.instances[0]?.fields.command).toBe('root /dots/hosts /dots/hosts/more');
  });

  it('says what is missing, at the include', () => {
    const loaded = load([ROOT], { [ROOT]: root('[gone.yaml, "none/*.yaml"]', 'instances: {}') });
    expect(codes(loaded)).toEqual(['3:11 file/missing', '3:22 include/missing']);
    for (const { hint } of loaded.diagnostics) expect(hint).toContain('?');
    expect(loaded.config).toBeNull();
  });

  it('refuses cycles', () => {
    const loaded = load([ROOT], {
      [ROOT]: root('[a.yaml]', 'instances: {}'),
      '/dots/a.yaml': 'include: [b.yaml]',
      '/dots/b.yaml': 'include: [reconcile.yaml]',
    });
    expect(codes(loaded)).toEqual(['1:11 include/cycle']);
    expect(loaded.diagnostics[0]).toMatchObject({
      file: '/dots/b.yaml',
      message: expect.stringContaining('reconcile.yaml → a.yaml → b.yaml → reconcile.yaml'),
    });
  });

  it('ends, however often files include each other', () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `/dots/${index}.yaml`,
        `include: [${index + 1}.yaml?, ${index + 1}.yaml?]`,
      ]),
    );
    const loaded = load([ROOT], { [ROOT]: root('[0.yaml]', 'instances: {}'), ...files });
    expect(new Set(codes(loaded).map((code) => code.split(' ')[1]))).toEqual(new Set(['include/too-many']));
  });

  it('leaves version, name and label_prefix to the root file', () => {
    const loaded = load([ROOT, '/dots/more.yaml'], {
      [ROOT]: root('[a.yaml]', 'instances: {}'),
      '/dots/a.yaml': 'version: 1',
      '/dots/more.yaml': 'name: x\nlabel_prefix: y',
    });
    expect(loaded.diagnostics.map(({ file, code }) => [file, code])).toEqual([
      ['/dots/a.yaml', 'field/root-only'],
      ['/dots/more.yaml', 'field/root-only'],
      ['/dots/more.yaml', 'field/root-only'],
    ]);
  });
});

describe('further root files', () => {
  it('merge after the first', () => {
    const { config } = load([ROOT, '/work.yaml'], {
      [ROOT]: 'version: 1\ninstances: { web: { command: x, nice: 1 }, old: { command: y } }',
      '/work.yaml': 'instances: { web: { nice: 2 } }\nmoved: [{ from: a.b, to: web }]',
    });
    expect(config?.instances.map(({ name, fields }) => [name, fields.nice])).toEqual([
      ['old', undefined],
      ['web', 2],
    ]);
    expect(config?.moved).toMatchObject([{ from: 'a.b', to: 'web', place: { file: '/work.yaml', line: 2 } }]);
    expect(config?.file).toBe(ROOT);
  });

  it('are reported when they cannot be read', () => {
    const loaded = load(['/gone.yaml'], {});
    expect(loaded).toMatchObject({ config: null, partial: null });
    expect(loaded.diagnostics).toMatchObject([
      {
        code: 'file/missing',
        file: '/gone.yaml',
        line: null,
        hint: expect.stringContaining('`reconcile init -f /gone.yaml`'),
      },
    ]);
  });
});
