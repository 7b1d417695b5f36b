import type { Domain } from '../model/domain.ts';
import type { Service } from '../model/service.ts';
import { type PrintText, quote, readPrint } from './print-block.ts';
import { LAST_EXIT_KEYS, readLastExit, readNumber } from './print-exit.ts';

/**
 * Reads the answer to `launchctl print DOMAIN/LABEL` (facts §4.1, macOS 10.11 to 27). `why` says in a sentence what cannot
 * be trusted; the job is *unknown* then, never absent, stopped or fine. Never throws.
 *
 * Apple does not keep this text stable and quotes nothing, so what decides about processes is trusted only where the text
 * is whole, speaks of this job, says each thing once, and does not contradict itself. A wrong `pid` or `runs` would make us
 * wait for or count the wrong one: a number there that does not read refuses the whole text. `exit timeout` and
 * `minimum runtime` are null instead.
 */
export function parseService(
  text: string,
  expected: { readonly domain: Domain; readonly label: string },
): { readonly ok: true; readonly service: Service } | { readonly ok: false; readonly why: string } {
  const print = readPrint(text);
  if (!print.ok) return print;
  const { fields, blocks } = print;
  const problem = findStranger(print, expected) ?? findContradiction(fields);
  if (problem !== null) return { ok: false, why: problem };
  const path = fields['path'] ?? null;
  return {
    ok: true,
    service: {
      label: expected.label,
      domain: expected.domain,
      path,
      submitted: path?.startsWith('(submitted by ') ?? false,
      state: fields['state'] ?? null,
      pid: numberAt(fields, 'pid'),
      runs: numberAt(fields, 'runs'),
      lastExit: readLastExit(fields),
      pended: fields['pended nondemand spawn'] ?? null,
      exitTimeout: numberAt(fields, 'exit timeout'),
      // Repeated failures make `minimum runtime` grow; the base keeps what the plist says (facts §2.6).
      minimumRuntime: numberAt(fields, 'base minimum runtime') ?? numberAt(fields, 'minimum runtime'),
      fields,
      blocks,
    },
  };
}

function numberAt(fields: Readonly<Record<string, string>>, key: string): number | null {
  return readNumber(fields[key] ?? '');
}

/** Whether it speaks of another job or domain. Up to 10.14 the header is the bare label (facts §4.1). */
function findStranger(
  print: PrintText,
  { domain, label }: { readonly domain: Domain; readonly label: string },
): string | null {
  const wanted = `${domain}/${label}`;
  if (print.header !== wanted && print.header !== label) {
    return `It describes ${quote(print.header)}, not ${quote(wanted)}.`;
  }
  // `gui/501 [100003]` today, `com.apple.xpc.launchd.domain.system` in old releases; other names tell us nothing.
  const [named = ''] = (print.fields['domain'] ?? '').split(' ', 1);
  const isOther = /^(?:system|user\/[0-9]+|gui\/[0-9]+)$/.test(named) && named !== domain;
  const isOldOther = named.endsWith('.domain.system') && domain !== 'system';
  return isOther || isOldOther ? `It describes a job of the domain ${quote(named)}, not of ${domain}.` : null;
}

/**
 * A path or an argument with newlines can write lines that look like fields of the job. launchd prints `state` before
 * anything that the user names, `runs` after the program, arguments and environment, and the last exit before triggers and
 * endpoints; so a `pid` outside these two is not launchd's, and the others would be there twice.
 */
function findContradiction(fields: Readonly<Record<string, string>>): string | null {
  const { state, pid } = fields;
  if (state === undefined) return 'It does not tell the state of the job.';
  for (const key of ['pid', 'runs']) {
    const value = fields[key];
    if (value !== undefined && readNumber(value) === null)
      return `Its ${key} is not a number: ${quote(value)}.`;
  }
  if (pid === undefined)
    return state === 'running' ? 'It says that the job is running, but no process is named.' : null;
  if (numberAt(fields, 'pid') === 0) return 'It names process 0, which no job can be.';
  if (state === 'not running') return 'It says that the job is not running, and yet a process is named.';
  const order = Object.keys(fields);
  const place = order.indexOf('pid');
  const runs = order.indexOf('runs');
  const exit = order.findIndex((key) => LAST_EXIT_KEYS.includes(key));
  if (runs > place || (exit !== -1 && exit < place)) {
    return 'It names the process in an unusual place, where an argument or a path may have written it.';
  }
  return null;
}
