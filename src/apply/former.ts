import { createHash } from 'node:crypto';
import type { Domain } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Former, FormerFile, FormerService } from '../model/journal.ts';
import type { Action } from '../model/plan.ts';
import { printDisabled } from '../sys/client.ts';
import type { Files } from '../sys/ports.ts';
import { look } from './poll.ts';
import { targetOf, type Work } from './work.ts';

/**
 * Looks at what the actions are going to touch, and at nothing else: one `print` a job that is loaded, taken out or
 * started, one `print-disabled` a domain whose overrides change. Throws when an answer cannot be trusted.
 */
export async function captureFormer(
  actions: readonly Action[],
  means: Pick<Work, 'ports' | 'settings'>,
): Promise<Former> {
  const files: Record<string, FormerFile> = Object.create(null);
  const services: Record<string, FormerService> = Object.create(null);
  const disabled: Record<string, boolean> = Object.create(null);
  for (const action of actions) {
    switch (action.action) {
      case 'write-plist':
      case 'remove-plist':
      case 'set-mode':
        files[action.path] ??= await lookAtFile(means.ports.files, action.path);
        break;
      case 'bootout':
      case 'bootstrap':
      case 'kickstart':
        services[targetOf(action)] ??= await lookAtService(means, action.domain, action.label);
        break;
      case 'enable':
      case 'disable':
        disabled[targetOf(action)] ??= await lookAtOverride(means, action.domain, action.label);
        break;
      default:
        break;
    }
  }
  return { files, services, disabled };
}

/** Bytes, hash and mode of a regular file, by a link too; null when there is none. */
export async function lookAtFile(files: Files, path: string): Promise<FormerFile> {
  const identity = await files.identify(path);
  if (identity === null) return null;
  const bytes = await files.read(path);
  return {
    base64: Buffer.from(bytes).toString('base64'),
    hash: createHash('sha256').update(bytes).digest('hex'),
    mode: identity.mode,
  };
}

async function lookAtService(
  means: Pick<Work, 'ports' | 'settings'>,
  domain: Domain,
  label: string,
): Promise<FormerService> {
  const reading = await look(means, domain, label);
  switch (reading.state) {
    case 'not-loaded':
    case 'no-domain':
      return { state: reading.state };
    case 'unknown':
      throw cannotTell(
        `what launchd has as ${domain}/${label}`,
        reading.why,
        `${means.settings.launchctlCommand} print ${domain}/${label}`,
      );
    case 'loaded': {
      const { path, submitted, pid, exitTimeout, minimumRuntime } = reading.service;
      return { state: 'loaded', path, submitted, pid, exitTimeout, minimumRuntime };
    }
  }
}

/** Whether an override disables it. Throws when the answer cannot be trusted. */
export async function lookAtOverride(
  { ports, settings }: Pick<Work, 'ports' | 'settings'>,
  domain: Domain,
  label: string,
): Promise<boolean> {
  const reading = await printDisabled(ports.launchctl, domain, {
    timeoutMs: settings.timeoutMs,
  });
  switch (reading.state) {
    case 'present':
      return reading.disabled[label] ?? false;
    case 'no-domain':
      return false;
    case 'unknown':
      throw cannotTell(
        `which jobs are disabled in ${domain}`,
        reading.why,
        `${settings.launchctlCommand} print-disabled ${domain}`,
      );
  }
}

function cannotTell(what: string, why: string, look: string): ReconcileError {
  return new ReconcileError('launchctl/unreadable', `It cannot be told ${what}: ${lowerFirst(why)}`, {
    hint: `Nothing was done to this job. Run reconcile plan again; if it stays so, look yourself: ${look}`,
    exitCode: EXIT.failed,
  });
}

function lowerFirst(text: string): string {
  return text.startsWith('launchctl') ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
