import { describe, expect, it } from 'vitest';
import type { PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { planFor } from '../support/scene.ts';
import { EMPTY_WORLD, job, PLACES, plistOf, type World } from '../support/world.ts';

const COMMAND: Readonly<Record<string, PlistValue>> = {
  ProgramArguments: ['/opt/tools/gateway', '--port', '80'],
};

const twins = (jobs: Parameters<typeof planFor>[0], world: World): readonly string[] =>
  planFor(jobs, world)
    .diagnostics.filter(({ code }) => code === 'job/same-program')
    .map(({ message, severity }) => `${severity}: ${message}`);

const withFile = (label: string, keys: Readonly<Record<string, PlistValue>>): World => ({
  ...EMPTY_WORLD,
  files: {
    [`${PLACES.globalAgents}/${label}.plist`]: {
      text: writePlist(plistOf(label, keys)),
      mode: 0o644,
      version: 1,
    },
  },
});

describe('two labels with one program', () => {
  const ours = job('gateway', COMMAND);

  it('are told where another’s plist runs what ours does, whatever else it says', () => {
    const world = withFile('com.example.app', {
      ...COMMAND,
      KeepAlive: true,
      EnvironmentVariables: plistOf('x'),
    });
    expect(twins([ours], world)).toEqual([
      `warning: gateway runs the same program as com.example.app (${PLACES.globalAgents}/com.example.app.plist); both would run.`,
    ]);
    expect(planFor([ours], world).changes[0]?.blocked).toBeNull();
  });

  it('are not told of what lies at our own path under another Label', () => {
    const world: World = {
      ...EMPTY_WORLD,
      files: {
        [ours.path]: { text: writePlist(plistOf('com.example.app', COMMAND)), mode: 0o644, version: 1 },
      },
    };
    expect(twins([ours], world)).toEqual([]);
  });

  it('scenario 10: are told of an agent and a daemon of one file, once', () => {
    const daemon = job('gateway-too', COMMAND, { domain: 'system' });
    const third = job('z', COMMAND);
    expect(twins([ours, daemon], EMPTY_WORLD)).toHaveLength(1);
    expect(twins([third, daemon, ours], EMPTY_WORLD)).toEqual([expect.stringContaining('So do 1 more.')]);
  });

  it('are not told where they differ in what they run, or in what they run it on', () => {
    const other = [...(COMMAND['ProgramArguments'] as readonly PlistValue[]).slice(0, 2), '81'];
    expect(twins([ours], withFile('com.example.app', { ProgramArguments: other }))).toEqual([]);
    expect(twins([ours], withFile('com.example.app', { ...COMMAND, Disabled: true }))).toEqual([]);
    expect(twins([ours, job('b', { ...COMMAND, WorkingDirectory: '/tmp' })], EMPTY_WORLD)).toEqual([]);
    expect(twins([ours, job('b', COMMAND, { enabled: false })], EMPTY_WORLD)).toEqual([]);
    expect(twins([ours, job('b', COMMAND, { excluded: true })], EMPTY_WORLD)).toEqual([]);
  });
});
