import { describe, expect, it } from 'vitest';
import { loadExample } from './load-example.ts';

const GATEWAY = {
  Label: 'ai.openclaw.gateway',
  ProgramArguments: ['/opt/homebrew/bin/node', '/opt/openclaw/dist/index.js', 'gateway'],
  RunAtLoad: true,
  ThrottleInterval: 5,
  ExitTimeOut: 30,
  Umask: 63,
  StandardOutPath: '/Users/ada/Library/Logs/ai.openclaw.gateway/out.log',
  StandardErrorPath: '/Users/ada/Library/Logs/ai.openclaw.gateway/err.log',
};

describe('examples/openclaw', () => {
  it.each([
    ['reconcile.yaml', true],
    ['on-failure.yaml', false],
  ])('%s restarts the gateway by its own policy', (file, successfulExit) => {
    const { jobs, plists, diagnostics } = loadExample(`openclaw/${file}`);
    expect(diagnostics.map(({ code }) => code)).toEqual(['label/other-tool']);
    expect(plists).toEqual({ gateway: { ...GATEWAY, KeepAlive: { SuccessfulExit: successfulExit } } });
    expect(jobs[0]?.folders).toEqual(['/Users/ada/Library/Logs/ai.openclaw.gateway']);
  });
});
