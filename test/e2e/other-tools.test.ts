import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { jobPlist, shell } from '../support/embedded-world.ts';
import { createWorld } from '../support/private-home.ts';

/** Tools that drive launchctl on Macs, as they are published, on the embedded launchd. */

const world = createWorld();
afterAll(() => world.end());

/** Why Ansible cannot be tried here, or null. */
function whyNoAnsible(): string | null {
  const { status, error } = spawnSync('ansible-doc', ['-t', 'module', 'community.general.launchd'], {
    env: { ...world.env },
    stdio: 'ignore',
  });
  if (error !== undefined) return 'Ansible is not installed (on Debian: apt-get install ansible)';
  return status === 0 ? null : 'Ansible is installed without the collection community.general';
}

/** What the module `launchd` tells of a job. */
interface Told {
  readonly changed: boolean;
  readonly status: { readonly [name in `${'current' | 'previous'}_${'pid' | 'state'}`]: string };
}

/** With what `command` tells. */
type Registered = Told & { readonly rc: number; readonly stdout: string };

type Task = Readonly<Record<string, unknown>>;

const AGENTS = '{{ lookup("env", "HOME") }}/Library/LaunchAgents';

function agent(label: string, keys: Readonly<Record<string, PlistValue>>): Task {
  const content = writePlist(jobPlist(label, keys));
  return { 'ansible.builtin.copy': { dest: `${AGENTS}/${label}.plist`, content, mode: '0644' } };
}

const launchd = (register: string, args: Task): Task => ({ 'community.general.launchd': args, register });
const command = (register: string, line: string): Task => ({ 'ansible.builtin.command': line, register });

/** Plays the tasks in a world of its own; what they registered. */
async function play(tasks: readonly Task[]): Promise<Readonly<Record<string, Registered>>> {
  const names = tasks.flatMap(({ register }) => (typeof register === 'string' ? [register] : []));
  const told = `${world.home}/told.json`;
  const content = `{{ {${names.map((name) => `"${name}": ${name}`).join(', ')}} | to_json }}`;
  const playbook = world.write(
    'play.yml',
    JSON.stringify([
      {
        hosts: 'localhost',
        connection: 'local',
        gather_facts: false,
        // Not the home of the account, where Ansible looks otherwise.
        vars: { ansible_remote_tmp: '{{ lookup("env", "HOME") }}/.ansible/tmp' },
        tasks: [
          { 'ansible.builtin.file': { path: AGENTS, state: 'directory' } },
          ...tasks,
          { 'ansible.builtin.copy': { dest: told, content } },
        ],
      },
    ]),
  );
  const { code, stdout, stderr } = await world.reconcile(
    ...['embedded', 'run', '--', 'ansible-playbook', '-i', 'localhost,', playbook],
  );
  expect(code, `${stdout}${stderr}`).toBe(0);
  return JSON.parse(readFileSync(told, 'utf8'));
}

describe('Ansible, community.general.launchd', () => {
  const reason = whyNoAnsible();

  it('starts, stops, restarts, enables, reloads and unloads a job', { timeout: 300_000 }, async (test) => {
    if (reason !== null) return test.skip(reason);
    const name = 'org.example.web';
    const { started, alive, stopped, back, restarted, reloaded, printed, quiet, unloaded, left } = await play(
      [
        agent(name, {
          ProgramArguments: ['/bin/sleep', '600'],
          KeepAlive: dict([['SuccessfulExit', false]]),
          ThrottleInterval: 1,
        }),
        launchd('started', { name, state: 'started' }),
        command('alive', 'kill -0 {{ started.status.current_pid }}'),
        launchd('stopped', { name, state: 'stopped' }),
        command('back', 'kill -0 {{ stopped.status.current_pid }}'),
        launchd('restarted', { name, state: 'restarted' }),
        launchd('reloaded', { name, state: 'reloaded', enabled: true }),
        command(
          'printed',
          'launchctl print {{ lookup("pipe", "id -u") | regex_replace("^", "gui/") }}/org.example.web',
        ),
        launchd('quiet', { name, state: 'stopped', force_stop: true }),
        launchd('unloaded', { name, state: 'unloaded' }),
        command('left', 'launchctl list'),
      ],
    );
    const was = (told: Told | undefined) => [told?.status.previous_state, told?.status.current_state];
    expect(was(started)).toEqual(['unloaded', 'started']);
    expect(alive?.rc).toBe(0);
    // SIGTERM is no successful exit, so the job comes back, as on a Mac.
    expect(was(stopped)).toEqual(['started', 'started']);
    expect(stopped?.status.current_pid).not.toBe(started?.status.current_pid);
    expect(back?.rc).toBe(0);
    expect(was(restarted)).toEqual(['started', 'started']);
    expect(restarted?.status.current_pid).not.toBe(stopped?.status.current_pid);
    // `enabled` is RunAtLoad in the plist, for this module; launchd has read it anew.
    expect(reloaded?.changed).toBe(true);
    expect(printed?.stdout).toMatch(/^\tproperties = .*runatload/m);
    // `force_stop` takes KeepAlive out of the plist first.
    expect(was(quiet)).toEqual(['started', 'stopped']);
    expect(was(unloaded)).toEqual(['stopped', 'unloaded']);
    expect(left?.stdout).not.toContain(name);
  });

  it('loses a job that takes its time to end when it reloads it, as on a Mac', {
    timeout: 120_000,
  }, async (test) => {
    if (reason !== null) return test.skip(reason);
    const name = 'org.example.slow';
    const { started, reloaded, gone } = await play([
      agent(name, {
        // Ends three seconds after SIGTERM; `unload` does not wait, and `load` comes too early (facts §3.5).
        ProgramArguments: shell("trap 'sleep 3; exit 0' TERM; while :; do sleep 0.1; done"),
        RunAtLoad: true,
      }),
      launchd('started', { name, state: 'started' }),
      launchd('reloaded', { name, state: 'reloaded' }),
      {
        ...command('gone', 'launchctl list'),
        until: `"${name}" not in gone.stdout`,
        retries: 60,
        delay: 1,
      },
    ]);
    expect(started?.status.current_state).toBe('started');
    expect(reloaded?.status.current_pid).toBe(started?.status.current_pid);
    expect(gone?.stdout).not.toContain(name);
  });
});
