import { describe, expect, it } from 'vitest';
import { loadExample } from './load-example.ts';

/** What `limactl` itself installs, with its log paths written in full; the restart policy is what the example adds. */
const LIMA_PLIST = {
  ProgramArguments: ['/limactl', 'start', 'default', '--foreground'],
  RunAtLoad: true,
  StandardErrorPath: '/machines/default/launchd.stderr.log',
  StandardOutPath: '/machines/default/launchd.stdout.log',
  WorkingDirectory: '/machines/default',
  ProcessType: 'Background',
};

const ON_FAILURE = { KeepAlive: { SuccessfulExit: false } };

describe('examples/lima', () => {
  const { jobs, plists, diagnostics } = loadExample('lima/reconcile.yaml', {
    overlay: 'vars: { limactl: /limactl, machines: /machines }',
  });

  it('compiles to the plist of the agent and its restart policy', () => {
    expect(diagnostics.map(({ code }) => code)).toEqual(['label/other-tool', 'label/other-tool']);
    expect(plists['default']).toEqual({
      Label: 'io.lima-vm.autostart.default',
      ...LIMA_PLIST,
      ...ON_FAILURE,
    });
  });

  it('makes a second agent from the same template', () => {
    expect(plists['docker']).toMatchObject({
      Label: 'io.lima-vm.autostart.docker',
      ProgramArguments: ['/limactl', 'start', 'docker', '--foreground'],
      WorkingDirectory: '/machines/docker',
    });
  });

  it('compiles to the plist of the daemon, which runs as its user', () => {
    expect(plists['k3s']).toEqual({
      ...LIMA_PLIST,
      ...ON_FAILURE,
      Label: 'io.lima-vm.daemon.k3s',
      UserName: 'ada',
      ProgramArguments: ['/limactl', 'start', 'k3s', '--foreground'],
      StandardErrorPath: '/machines/k3s/launchd.stderr.log',
      StandardOutPath: '/machines/k3s/launchd.stdout.log',
      WorkingDirectory: '/machines/k3s',
    });
    expect(jobs.find((job) => job.instance === 'k3s')).toMatchObject({
      domain: 'system',
      path: '/Library/LaunchDaemons/io.lima-vm.daemon.k3s.plist',
    });
  });

  it('lies in the home folder of whom it is compiled for', () => {
    const { plists: own } = loadExample('lima/reconcile.yaml', { host: { user: 'eve', home: '/Users/eve' } });
    expect(own['k3s']).toMatchObject({ UserName: 'eve', WorkingDirectory: '/Users/eve/.lima/k3s' });
  });
});
