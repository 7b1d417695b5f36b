import { describe, expect, it } from 'vitest';
import { loadExample } from './load-example.ts';

describe('examples/quickstart', () => {
  it.each(['macos', 'linux'] as const)('compiles without a word on %s', (os) => {
    const { jobs, plists, diagnostics } = loadExample('quickstart/reconcile.yaml', { host: { os } });
    expect(diagnostics).toEqual([]);
    expect(jobs.map((job) => job.label)).toEqual(['local.quickstart.flaky', 'local.quickstart.heartbeat']);
    expect(plists['flaky']).toMatchObject({
      ProgramArguments: ['/bin/sh', '-c', expect.stringContaining('pid $$')],
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 6,
    });
    expect(plists['heartbeat']).toMatchObject({ RunAtLoad: true, KeepAlive: { SuccessfulExit: false } });
  });
});
