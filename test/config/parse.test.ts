import { describe, expect, it } from 'vitest';
import { only, parse } from './host.ts';

describe('a file', () => {
  it('becomes a configuration with templates, defaults and variables worked in', () => {
    const { config, diagnostics } = parse(`version: 1
name: dotfiles
label_prefix: com.example.kim
vars: { tools: /opt/tools }
defaults:
  restart: on-failure
templates:
  vm:
    label: com.example.vm.\${instance}
    command: ["\${vars.tools}/bin/vm", start, "\${instance}"]
    working_dir: ~/.vm/\${instance}
instances:
  k3s: { template: vm }
  docker: { template: vm, restart: { policy: always, throttle: 30s } }
  backup:
    command: ~/bin/backup --quiet
    start: { schedule: "30 3 * * 1-5" }
    umask: "077"
    limits: { open_files: 4096, processes: { soft: 512, hard: 1024 } }
`);
    expect(diagnostics).toEqual([]);
    expect(config).toMatchObject({
      name: 'dotfiles',
      label_prefix: 'com.example.kim',
      declares_instances: true,
      instances: [
        {
          name: 'backup',
          fields: {
            command: '~/bin/backup --quiet',
            start: { schedule: '30 3 * * 1-5' },
            restart: { policy: 'on-failure' },
            umask: '077',
            limits: { open_files: { soft: 4096, hard: 4096 }, processes: { soft: 512, hard: 1024 } },
          },
        },
        {
          name: 'docker',
          fields: {
            label: 'com.example.vm.docker',
            command: ['/opt/tools/bin/vm', 'start', 'docker'],
            working_dir: '~/.vm/docker',
            restart: { policy: 'always', throttle: 30 },
          },
        },
        { name: 'k3s', fields: { label: 'com.example.vm.k3s', restart: { policy: 'on-failure' } } },
      ],
    });
  });

  it('says of every value where it stands and which layer gave it', () => {
    const instance = only(
      parse(`version: 1
defaults: { restart: { policy: always, throttle: 5s } }
instances:
  web:
    command: [serve, --port, "80"]
    restart: { throttle: 10s }
    launchd: { KeepAlive: { Crashed: true } }
`),
    );
    const where = (path: string): string =>
      `${instance.places[path]?.line}:${instance.places[path]?.column} ${instance.origins[path]}`;
    expect(where('restart.policy')).toBe('2:32 defaults');
    expect(where('restart.throttle')).toBe('6:26 instance');
    expect(where('command.2')).toBe('5:30 instance');
    expect(where('launchd.KeepAlive.Crashed')).toBe('7:38 instance');
    expect(instance.place).toMatchObject({ line: 4, column: 3, length: 3 });
  });
});
