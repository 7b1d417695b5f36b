import { readFileSync } from 'node:fs';
import type { Domain } from '../../src/model/domain.ts';
import { realFiles } from '../../src/sys/files.ts';
import { applyOnce, declare, filesIn, type Mac, prepare } from './kill-run.ts';
import { createMemoryLaunchctl, type MemoryLaunchctl } from './memory-launchctl.ts';

const uid = process.getuid?.() ?? 501;
export const DOMAINS: readonly Domain[] = [`gui/${uid}`, 'system'];

export const BEFORE = `version: 1
name: kill
label_prefix: com.example
instances:
  update-shown: { command: /bin/sleep 1000, environment: { V: old } }
  update-unseen: { command: /bin/sleep 1001, launchd: { LegacyTimers: true } }
  update-disabled: { command: /bin/sleep 1002 }
  delete-one: { command: /bin/sleep 1003 }
  delete-two: { command: /bin/sleep 1004 }
  delete-daemon: { command: /bin/sleep 1005, domain: system }
`;
const AFTER = `version: 1
name: kill
label_prefix: com.example
instances:
  update-shown: { command: /bin/sleep 1000, environment: { V: new } }
  update-unseen: { command: /bin/sleep 1001, launchd: { LegacyTimers: false } }
  update-disabled: { command: /bin/sleep 2002, enabled: true }
  create-one: { command: /bin/sleep 2003, stdout: ~/logs/new/one.log }
  create-enabled: { command: /bin/sleep 2004, enabled: true }
  create-daemon: { command: /bin/sleep 2005, domain: system }
`;

/** A Mac just before a run with three creates, three updates and three deletes. */
export interface KillWorld {
  readonly folder: string;
  readonly launchctl: MemoryLaunchctl;
  readonly mac: Mac;
  /** Target → the texts of the plists that it was loaded from, the last one last. */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

export async function createKillWorld(folder: string): Promise<KillWorld> {
  const launchctl = createMemoryLaunchctl({ files: realFiles, uid });
  const given = new Map<string, readonly string[]>();
  const mac: Mac = {
    clock: launchctl.clock,
    processes: { alive: launchctl.isAlive, ancestry: async () => [process.pid] },
    launchctl: {
      async call(args, options) {
        // As before macOS 26, so that there is a time between a bootout and its end in which to be killed.
        if (args[1] === '--wait')
          return { code: 64, stdout: '', stderr: 'Unrecognized target specifier.\n', timedOut: false };
        const result = await launchctl.call(args, options);
        const path = args[2] ?? '';
        if (args[0] !== 'bootstrap' || result.code !== 0) return result;
        const target = `${args[1]}/${path.replace(/^.*\/|\.plist$/g, '')}`;
        given.set(target, [...(given.get(target) ?? []), readFileSync(path, 'utf8')]);
        return result;
      },
    },
  };
  prepare(folder, BEFORE);
  for (const name of ['update-shown', 'update-unseen', 'delete-one', 'delete-daemon'])
    launchctl.behave(`com.example.${name}`, { onTerm: { afterMs: 300, exit: { code: 0 } } });
  const { results } = await applyOnce(folder, mac);
  if (results.some(({ outcome }) => outcome !== 'applied')) throw new Error(JSON.stringify(results));
  for (const label of ['update-disabled', 'create-enabled'])
    await launchctl.call(['disable', `gui/${uid}/com.example.${label}`]);
  declare(folder, AFTER);
  return { folder, launchctl, mac, given };
}

/** What a person could see of it, and what launchd was really given; as plain values, the same for each folder. */
export async function lookAt({ folder, launchctl, given }: KillWorld): Promise<unknown> {
  const domains: Record<string, unknown> = {};
  for (const domain of DOMAINS)
    domains[domain] = {
      loaded: Object.fromEntries(
        [...launchctl.loaded(domain)]
          .sort()
          .map((label) => [
            label,
            { given: given.get(`${domain}/${label}`)?.at(-1), runs: launchctl.pid(domain, label) !== null },
          ]),
      ),
      overrides: (await launchctl.call(['print-disabled', domain])).stdout,
    };
  return JSON.parse(JSON.stringify({ files: filesIn(folder), domains }).replaceAll(folder, '~'));
}

/** How often each job was loaded, by the last part of its label. */
export function loadsOf({ given }: KillWorld): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...given].map(([target, texts]) => [target.replace(/^.*\./, ''), texts.length] as const).sort(),
  );
}

/** Where two plain values differ, as `path: this ≠ that`. */
export function differences(a: unknown, b: unknown, path = ''): readonly string[] {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? [] : [`${path}: ${String(a)} ≠ ${String(b)}`];
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    differences(one[key], other[key], `${path}/${key}`),
  );
}
