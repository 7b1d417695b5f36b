import { parseSignal } from '../launchd/signals.ts';
import type { Reply, Request } from './address.ts';
import { domainsOf, type Launchd } from './launchd-state.ts';
import { complaint, output, refusal, SILENT } from './reply.ts';
import { describeDomain, readTarget } from './targets.ts';
import { wrongTarget, wrongUsage } from './usage.ts';

/** `enable` and `disable`: kept for ever, for labels that are not loaded too, and without effect on a loaded job (facts §3.6). */
export function override(launchd: Launchd, args: readonly string[], verb: 'enable' | 'disable'): Reply {
  if (args.length === 0) return wrongUsage(launchd.fidelity, verb);
  for (const text of args) {
    const target = readTarget(text, domainsOf(launchd));
    if (target.kind === 'elsewhere') return refusal(`Could not ${verb} service`, 125);
    if (target.kind !== 'service') return wrongTarget(launchd.fidelity, verb);
    launchd.overrides.set(target.domain, target.label, verb === 'disable');
  }
  return SILENT;
}

/** `kickstart [-k] [-p] DOMAIN/LABEL`: answers when the job was started, after the throttle if that holds it back. */
export async function kickstart(launchd: Launchd, args: readonly string[], request: Request): Promise<Reply> {
  const { fidelity, supervisor } = launchd;
  const options = args.filter((arg) => arg.startsWith('-')).join('');
  const [text = '', ...more] = args.filter((arg) => !arg.startsWith('-'));
  if (!/^[-kps]*$/.test(options) || more.length > 0) return wrongUsage(fidelity, 'kickstart');
  const target = readTarget(text, domainsOf(launchd));
  if (target.kind === 'elsewhere') return refusal(`Could not kickstart service "${target.label ?? ''}"`, 125);
  if (target.kind !== 'service') return wrongTarget(fidelity, 'kickstart');
  if (options.includes('s'))
    return complaint(
      116,
      'The embedded launchd cannot start a job suspended (-s), which launchctl of a Mac can.',
    );
  const { domain, label } = target;
  const refuse = (code: number): Reply => refusal(`Could not kickstart service "${label}"`, code);
  let refused = 0;
  const pid = await new Promise<number | null>((resolve) => {
    const outcome = supervisor.kickstart(domain, label, { kill: options.includes('k') }, resolve);
    if (outcome === 'unknown') refused = 113;
    if (outcome === 'leaving') refused = 37;
    if (outcome === 'running') refused = fidelity.kickstartRunning;
    if (refused !== 0) resolve(null);
  });
  if (refused !== 0) return refuse(refused);
  if (pid === null) return supervisor.find(domain, label) === null ? refuse(113) : SILENT;
  if (!options.includes('p')) return SILENT;
  return output(request.terminal ? `service spawned with pid: ${pid}\n` : `${pid}\n`);
}

/** `kill SIGNAL DOMAIN/LABEL`: a signal and nothing else; what follows is up to KeepAlive (facts §2.5). */
export function kill(launchd: Launchd, args: readonly string[]): Reply {
  const { fidelity, supervisor } = launchd;
  const [word = '', text = '', ...more] = args;
  if (args.length < 2 || more.length > 0) return wrongUsage(fidelity, 'kill');
  const signal = parseSignal(word);
  if (signal === null) return wrongUsage(fidelity, 'kill', `Unrecognized signal: ${word}`);
  const target = readTarget(text, domainsOf(launchd));
  if (target.kind === 'elsewhere') return refusal('Could not signal service', 125);
  if (target.kind !== 'service') return wrongTarget(fidelity, 'kill');
  switch (supervisor.signal(target.domain, target.label, signal.name as NodeJS.Signals)) {
    case 'sent':
      return SILENT;
    case 'not-running':
      return complaint(3, 'No process to signal.');
    case 'unknown':
      return noService(target.label, target.domain);
  }
}

/** The answer to every question about a label that is not loaded. */
export function noService(label: string, domain: string): Reply {
  return complaint(
    113,
    'Bad request.',
    `Could not find service "${label}" in domain for ${describeDomain(domain)}`,
  );
}
