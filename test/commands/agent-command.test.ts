import { describe, expect, it } from 'vitest';
import { installCommand, requestOf, uninstallCommand } from '../../src/commands/agent-command.ts';

const EMBEDDED = { systemNeedsRoot: false };
const MAC = { systemNeedsRoot: true };

describe('what a person types about agents', () => {
  it('installs the agent as it is, from any folder', () => {
    const request = { files: ['/a b/reconcile.yaml', '/c.yaml'], intervalMs: 90_000, system: false };
    expect(installCommand(request, MAC)).toBe(
      "reconcile agent install --file '/a b/reconcile.yaml' --file /c.yaml --interval 90s",
    );
    const daemon = { files: ['/c.yaml'], intervalMs: null, system: true };
    expect(installCommand(daemon, MAC)).toBe('sudo reconcile agent install --system --file /c.yaml');
    expect(installCommand(daemon, EMBEDDED)).toBe('reconcile agent install --system --file /c.yaml');
  });

  it('takes an agent away, whatever its stack is called', () => {
    expect(uninstallCommand('shop')).toBe('reconcile agent uninstall shop');
    expect(uninstallCommand('we$ird')).toBe("reconcile agent uninstall 'we$ird'");
    expect(uninstallCommand('-x')).toBe('reconcile agent uninstall -- -x');
  });

  it('is read again from the arguments of an agent', () => {
    const args = [
      '/node',
      '/cli.js',
      'watch',
      '--file',
      '/a.yaml',
      '--file',
      '/b.yaml',
      '--interval',
      '200ms',
    ];
    expect(requestOf(args, true)).toEqual({ files: ['/a.yaml', '/b.yaml'], intervalMs: 200, system: true });
    expect(requestOf(['/node', '/cli.js', 'watch', '--interval', '2s'], false)).toMatchObject({
      intervalMs: 2_000,
    });
    expect(requestOf(['/bin/sleep', '1'], false)).toBeNull();
  });
});
