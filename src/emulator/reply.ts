import { describeLaunchctlCode } from '../launchd/codes.ts';
import type { Reply } from './address.ts';

export const SILENT: Reply = { code: 0, stdout: '', stderr: '' };

export function output(stdout: string): Reply {
  return { code: 0, stdout, stderr: '' };
}

/** `Bootstrap failed: 5: Input/output error`, and more lines after or before it. */
export function refusal(what: string, code: number, hint = '', before = ''): Reply {
  return { code, stdout: '', stderr: `${before}${what}: ${describeLaunchctlCode(code)}\n${hint}` };
}

export function complaint(code: number, ...lines: readonly string[]): Reply {
  return { code, stdout: '', stderr: lines.map((line) => `${line}\n`).join('') };
}

/** What a caller who is not root reads below every 5. */
export const ROOT_HINT = 'Try re-running the command as root for richer errors.\n';
