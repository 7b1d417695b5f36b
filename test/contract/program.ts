import type { Program } from './port.ts';

/** Lasts longer than any test; the digits after the point tell the processes of one run from all others. */
export function longSleep(run: string): string {
  return `sleep ${longTime(run)}`;
}

function longTime(run: string): string {
  return `3600.${run}`;
}

/**
 * A program as argv; `$1` is a long time for `sleep`. Each run leaves a file `start.PID` in the job's folder, which is `$0`; one that has set its trap leaves
 * `ready`.
 */
export function argvOf(program: Program, folder: string, run: string): readonly string[] {
  if (program.kind === 'missing') return [`${folder}/no-such-program`];
  return ['/bin/sh', '-c', `: > "$0/start.$$"; ${scriptOf(program, run)}`, folder, longTime(run)];
}

function scriptOf(program: Exclude<Program, { kind: 'missing' }>, run: string): string {
  const forever = `exec ${longSleep(run)}`;
  switch (program.kind) {
    case 'runs':
      return `: > "$0/ready"; ${forever}`;
    case 'ignores-term':
      return `trap "" TERM; : > "$0/ready"; ${forever}`;
    case 'script':
      return program.script;
    case 'ends': {
      const once =
        program.firstRunOnly === true ? `if [ -e "$0/once" ]; then ${forever}; fi; : > "$0/once"; ` : '';
      const pause = program.afterSeconds === undefined ? '' : `sleep ${program.afterSeconds}; `;
      const { how } = program;
      const end = 'code' in how ? `exit ${how.code}` : `ulimit -c 0; kill -s ${how.signal.slice(3)} $$`;
      return `${once}${pause}${end}`;
    }
  }
}
