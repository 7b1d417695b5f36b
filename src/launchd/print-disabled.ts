import { quote } from './print-block.ts';

const DISABLED: ReadonlyMap<string, boolean> = new Map([
  ['disabled', true],
  ['enabled', false],
  // Up to macOS 12; true means disabled.
  ['true', true],
  ['false', false],
]);

type DisabledReading =
  | { readonly ok: true; readonly disabled: Readonly<Record<string, boolean>> }
  | { readonly ok: false; readonly why: string };

/**
 * Reads the answer to `launchctl print-disabled DOMAIN`: label → true when disabled (facts §4.3). Only the section
 * `disabled services` counts; what follows its closing brace (login items) is not read. Anything else than an entry in it,
 * or an end before its brace, refuses the text with a reason: an entry that was lost would read as enabled. Never throws.
 */
export function parseDisabled(text: string): DisabledReading {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const head = lines[first];
  if (head === undefined) return { ok: false, why: 'The answer is empty.' };
  if (head.trim() === '(no disabled services)') return { ok: true, disabled: Object.create(null) };
  if (head.trim() !== 'disabled services = {') {
    return { ok: false, why: `It does not begin with the disabled services, but with ${quote(head)}.` };
  }
  // Some captures lack the indentation of the section, so its brace stands where its header stands.
  const indentation = head.slice(0, head.length - head.trimStart().length);
  const end = lines.indexOf(`${indentation}}`, first + 1);
  if (end === -1) return { ok: false, why: 'It ends before the closing brace of the disabled services.' };
  return readDisabledRows(lines.slice(first + 1, end));
}

/** The lines between the braces of `disabled services`, indented or not: `"label" => disabled`. */
export function readDisabledRows(lines: readonly string[]): DisabledReading {
  const disabled: Record<string, boolean> = Object.create(null);
  for (const line of lines) {
    const row = line.trim();
    if (row === '' || row === '(no disabled services)') continue;
    const separator = row.lastIndexOf('" => ');
    const label = row.slice(1, Math.max(separator, 1));
    const value = DISABLED.get(row.slice(separator + '" => '.length));
    if (!row.startsWith('"') || label === '' || value === undefined) {
      return { ok: false, why: `A line of the disabled services cannot be read: ${quote(line)}.` };
    }
    if ((disabled[label] ?? value) !== value) {
      return { ok: false, why: `The label ${quote(label)} is listed both as enabled and as disabled.` };
    }
    disabled[label] = value;
  }
  return { ok: true, disabled };
}
