import { lchown } from 'node:fs/promises';
import type { CarryOut } from '../apply/apply.ts';
import type { CarriedOut } from '../apply/carry-out.ts';
import type { Change } from '../model/plan.ts';
import type { Files, Ports } from '../sys/ports.ts';
import { refuseByGround } from './root-ground.ts';
import { refuseForeign } from './root-owns.ts';
import { type RootScope, refuseByRules } from './root-rules.ts';

/** Carries out a change as root, once all of it was checked. Whoever asks, and from wherever: root looks for itself. */
export async function carryOutAsRoot(
  change: Change,
  scope: RootScope & { readonly mayAdopt: boolean },
  ports: Pick<Ports, 'files' | 'ledger'>,
  carryOut: CarryOut,
): Promise<CarriedOut> {
  const unsafe = refuseByRules(change, scope);
  if (unsafe !== null)
    return refused(change, 'root/refused', `Root does not do this: ${unsafe}.`, 'Nothing of it was begun.');
  const ground = await refuseByGround(change, ports.files);
  if (ground !== null)
    return refused(
      change,
      'root/unsafe-folder',
      `Root does not write there: ${ground}.`,
      'Give the folder to root and take the right to write from all others, then apply again.',
    );
  const foreign = scope.mayAdopt ? null : await refuseForeign(change, scope.places, ports);
  if (foreign !== null)
    return refused(
      change,
      'job/not-ours',
      `${foreign} is not ours: neither root's ledger nor a mark in its plist says so.`,
      'Run reconcile apply --adopt to take it over.',
    );
  return carryOut(change);
}

function refused(
  { instance, label, domain }: Change,
  code: string,
  message: string,
  hint: string,
): CarriedOut {
  return {
    result: { instance, label, domain, outcome: 'failed', error: { code, message, hint } },
    changed: false,
    diagnostics: [],
    verified: [],
  };
}

/** What root writes belongs to root and wheel, in whatever folder (facts §3.7). */
export function rootFiles(files: Files): Files {
  return {
    ...files,
    async write(path, content, mode) {
      await files.write(path, content, mode);
      await lchown(path, 0, 0);
    },
  };
}
