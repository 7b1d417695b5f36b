import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorld, LAUNCHCTL, type World } from './private-home.ts';

/** A private home as of a Mac, whose launchctl can be told to misbehave. */
export interface FaultyWorld extends World {
  /** Where plists of user agents lie, below the home. */
  readonly agents: string;
  /**
   * Shell that runs at the start of each call with its arguments as `$@`: whatever does not exit is then answered by
   * the embedded launchd, `$real`. Empty: no fault.
   */
  readonly fault: (script: string) => void;
}

export function createFaultyWorld(): FaultyWorld {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-faulty-')));
  const program = join(folder, 'launchctl');
  const faults = join(folder, 'faults.sh');
  const fault = (script: string): void => writeFileSync(faults, script);
  fault('');
  writeFileSync(program, `#!/bin/sh\nreal='${LAUNCHCTL}'\n. '${faults}'\nexec "$real" "$@"\n`);
  chmodSync(program, 0o755);
  mkdirSync(join(folder, 'root'));
  const world = createWorld({
    RECONCILE_LAUNCHD: '',
    RECONCILE_LAUNCHCTL: program,
    RECONCILE_EMBEDDED_DIR: join(folder, 'world'),
    RECONCILE_ROOT: join(folder, 'root'),
  });
  return {
    ...world,
    agents: 'Library/LaunchAgents',
    fault,
    async end() {
      await world.launchctl('embedded-stop');
      await world.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
