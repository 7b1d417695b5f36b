import { describe, expect, it } from 'vitest';
import { checkouts } from '../../src/sys/other-checkout.ts';

describe('two checkouts', () => {
  it('are found from one file in both', () => {
    const { there, here } = checkouts('/repo/mac/reconcile.yaml', '/tmp/base/mac/reconcile.yaml');
    expect(there('/repo/mac/jobs/a.yaml')).toBe('/tmp/base/mac/jobs/a.yaml');
    expect(there('/repo/common.yaml')).toBe('/tmp/base/common.yaml');
    expect(here('/tmp/base/common.yaml')).toBe('/repo/common.yaml');
    expect(there('/etc/shared.yaml')).toBe('/etc/shared.yaml');
    expect(there('/repository/a.yaml')).toBe('/repository/a.yaml');
  });

  it('may lie in each other', () => {
    const { there, here } = checkouts('/repo/reconcile.yaml', '/repo/.base/reconcile.yaml');
    expect(there('/repo/jobs/a.yaml')).toBe('/repo/.base/jobs/a.yaml');
    expect(here('/repo/.base/jobs/a.yaml')).toBe('/repo/jobs/a.yaml');
  });

  it('may be two files with different names, in one folder or in two', () => {
    const beside = checkouts('/repo/new.yaml', '/repo/old.yaml');
    expect([beside.there('/repo/new.yaml'), beside.here('/repo/old.yaml')]).toEqual([
      '/repo/old.yaml',
      '/repo/new.yaml',
    ]);
    expect(beside.there('/repo/jobs/a.yaml')).toBe('/repo/jobs/a.yaml');
    expect(checkouts('/a/new.yaml', '/b/old.yaml').there('/a/jobs/a.yaml')).toBe('/b/jobs/a.yaml');
  });
});
