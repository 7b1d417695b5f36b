import { describeLaunchctlCode } from '../launchd/codes.ts';
import type { Domain } from '../model/domain.ts';
import type { Reply } from './address.ts';
import { admit, isDisabled, readDefinitionAt } from './admission.ts';
import { domainsOf, type Launchd } from './launchd-state.ts';
import { ROOT_HINT, refusal, SILENT } from './reply.ts';
import { readTarget } from './targets.ts';
import { wrongTarget, wrongUsage } from './usage.ts';

/** `bootstrap DOMAIN PLIST…`. Exit 0 says that the definitions are loaded, not that anything runs (facts §3.3). */
export function bootstrap(launchd: Launchd, args: readonly string[]): Reply {
  const { fidelity } = launchd;
  const [text = '', ...paths] = args;
  const target = readTarget(text, domainsOf(launchd));
  if (target.kind === 'invalid' || target.kind === 'service') return wrongTarget(fidelity, 'bootstrap');
  if (target.kind === 'elsewhere') return refusal('Bootstrap failed', 125);
  if (paths.length === 0) return wrongUsage(fidelity, 'bootstrap');
  const failures: { readonly path: string; readonly code: number }[] = [];
  for (const path of plistsAt(launchd, paths)) {
    const code = bootstrapOne(launchd, target.domain, path);
    if (code !== 0) failures.push({ path, code });
  }
  const [first] = failures;
  if (first === undefined) return SILENT;
  for (const { path, code } of failures)
    launchd.log(`Bootstrap by launchctl for ${path} failed (${describeLaunchctlCode(code)})`);
  if (fidelity.hideCodes && launchd.accounts.self.uid !== 0) return refusal('Bootstrap failed', 5, ROOT_HINT);
  const told = failures
    .filter(({ code }) => code !== 37 && code !== 17)
    .map(({ path, code }) => `${path}: ${describeLaunchctlCode(code).replace(/^\d+: /, '')}\n`);
  return refusal('Bootstrap failed', failures.length > 1 ? 133 : first.code, '', told.join(''));
}

/** Loads one plist; the code of the refusal, or 0. */
export function bootstrapOne(launchd: Launchd, domain: Domain, path: string, ignoreKey = false): number {
  if (!domainsOf(launchd).includes(domain)) return 125;
  const admission = admit(launchd, path, domain, ignoreKey);
  if (!admission.ok) return admission.code;
  const { definition } = admission;
  const disabled = isDisabled(launchd, definition, domain, ignoreKey);
  switch (launchd.supervisor.load(definition, domain, disabled)) {
    case 'loaded':
      return 0;
    case 'already':
      return launchd.fidelity.alreadyLoaded;
    case 'leaving':
      return 37;
  }
}

/**
 * `bootout DOMAIN/LABEL`, `bootout DOMAIN PLIST…`, `bootout DOMAIN`. Returns when the request is accepted; the label is there
 * until its process has ended. `--wait` (macOS 26) returns then.
 */
export function bootout(launchd: Launchd, args: readonly string[]): Reply | Promise<Reply> {
  const { fidelity, dialect } = launchd;
  // An older launchctl takes it for the target, or for a path.
  const wait = dialect.bootoutWait && args.includes('--wait');
  const [text, ...paths] = wait ? args.filter((arg) => arg !== '--wait') : args;
  if (text === undefined) return wrongUsage(fidelity, 'bootout');
  const target = readTarget(text, domainsOf(launchd));
  switch (target.kind) {
    case 'invalid':
      return wrongTarget(fidelity, 'bootout');
    case 'elsewhere':
      return refusal('Boot-out failed', target.label === null ? 125 : 112);
    case 'service':
      return remove(launchd, [{ domain: target.domain, label: target.label }], wait, 3);
    case 'domain': {
      const { domain } = target;
      const labels =
        paths.length === 0
          ? launchd.supervisor.list(domain).map((job) => job.definition.label)
          : plistsAt(launchd, paths).map((path) => labelIn(launchd, path));
      // By path, a label that is not loaded is 5 and not 3 (facts §3.3).
      return remove(
        launchd,
        labels.map((label) => ({ domain, label: label ?? '' })),
        wait,
        5,
      );
    }
  }
}

async function remove(
  launchd: Launchd,
  services: readonly { readonly domain: Domain; readonly label: string }[],
  wait: boolean,
  unknownCode: 3 | 5,
): Promise<Reply> {
  let worst = 0;
  const gone: Promise<void>[] = [];
  for (const { domain, label } of services) {
    gone.push(
      new Promise((resolve) => {
        const outcome = launchd.supervisor.remove(domain, label, resolve);
        if (outcome === 'leaving-already' && !wait) worst = launchd.fidelity.bootoutAgain;
        if (outcome !== 'unknown') return;
        worst = unknownCode;
        resolve();
      }),
    );
  }
  if (wait) await Promise.all(gone);
  if (worst === 0) return SILENT;
  return refusal('Boot-out failed', worst, worst === 5 && launchd.accounts.self.uid !== 0 ? ROOT_HINT : '');
}

/** A folder stands for the plists in it, and for itself where it may not be looked into; folders below are not looked into. */
export function plistsAt(launchd: Launchd, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const names = launchd.disk.inspect(path)?.kind === 'folder' ? launchd.disk.list(path) : null;
    if (names === null) return [path];
    return names
      .filter((name) => name.endsWith('.plist'))
      .map((name) => `${path.replace(/\/+$/, '')}/${name}`);
  });
}

function labelIn(launchd: Launchd, path: string): string | null {
  const reading = readDefinitionAt(launchd, path);
  return reading.ok ? reading.definition.label : null;
}
