import type { Domain } from '../model/domain.ts';
import type { DomainListing } from '../model/service.ts';
import { quote, readPrint } from './print-block.ts';
import { readDisabledRows } from './print-disabled.ts';
import { readNumber } from './print-exit.ts';

/**
 * Reads the answer to `launchctl print DOMAIN`: the loaded services and, where printed, the disabled ones (facts §4.2).
 * A service that is missing here counts as not loaded, so a list that is cut, elided or has one line that cannot be read
 * refuses the whole text, and `why` says so in a sentence. Never throws.
 */
export function parseDomainListing(
  text: string,
  domain: Domain,
): { readonly ok: true; readonly listing: DomainListing } | { readonly ok: false; readonly why: string } {
  const print = readPrint(text);
  if (!print.ok) return print;
  if (print.header !== domain)
    return { ok: false, why: `It describes ${quote(print.header)}, not ${domain}.` };
  const rows = print.blocks['services'];
  if (rows === undefined) return { ok: false, why: 'It has no list of services.' };
  const services: Record<string, ServiceRow> = Object.create(null);
  for (const line of rows.lines) {
    if (line.trim() === '') continue;
    const row = readServiceRow(line);
    if (row === null) return { ok: false, why: `A line of the services cannot be read: ${quote(line)}.` };
    if (row.label in services) return { ok: false, why: `The service ${quote(row.label)} is listed twice.` };
    services[row.label] = { pid: row.pid, lastExit: row.lastExit };
  }
  const block = print.blocks['disabled services'];
  if (block === undefined) return { ok: true, listing: { services, disabled: null } };
  const reading = readDisabledRows(block.lines);
  return reading.ok ? { ok: true, listing: { services, disabled: reading.disabled } } : reading;
}

interface ServiceRow {
  readonly pid: number | null;
  readonly lastExit: string;
}

/**
 * `     876      - →com.apple.kernelmanager_helper` (→ is a tab): pid (0: not running), last exit (`-`, a number, `(jt)`,
 * `(pe)`), label. A label may hold spaces, colons and brackets.
 */
function readServiceRow(line: string): (ServiceRow & { readonly label: string }) | null {
  const row = line.trim();
  const pidEnd = row.indexOf(' ');
  const pid = readNumber(row.slice(0, Math.max(pidEnd, 0)));
  const rest = row.slice(pidEnd).trimStart();
  const exitEnd = rest.search(/[ \t]/);
  if (pid === null || exitEnd === -1) return null;
  const lastExit = rest.slice(0, exitEnd);
  const label = rest.slice(exitEnd).trimStart();
  if (!/^(?:-|-?[0-9]{1,10}|\([^ ()]{1,30}\))$/.test(lastExit)) return null;
  return { pid: pid === 0 ? null : pid, lastExit, label };
}
