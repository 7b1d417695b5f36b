import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Processes that are there and no zombies. A small Linux has no ps, a Mac no /proc. */
export function listProcesses() {
  return existsSync('/proc/self/cmdline') ? fromProc() : fromPs();
}

function fromProc() {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => {
      try {
        // A zombie has no arguments any more.
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return args === '' ? [] : [{ pid: Number(name), args }];
      } catch {
        return [];
      }
    });
}

function fromPs() {
  const options = ['-A', '-ww', '-o', 'pid=', '-o', 'stat=', '-o', 'args='];
  const { stdout = '' } = spawnSync('ps', options, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return [...stdout.matchAll(/^\s*([0-9]+)\s+(\S+)\s+(.*)$/gm)]
    .filter(([, , state]) => !state.startsWith('Z'))
    .map(([, pid, , args]) => ({ pid: Number(pid), args: args.trim() }));
}
