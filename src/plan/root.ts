import { isSystemWide } from '../launchd/domains.ts';
import type { Domain } from '../model/domain.ts';
import type { Deferral, Plan } from '../model/plan.ts';
import type { Lookup } from './lookup.ts';
import type { PlanOptions } from './options.ts';

/** `needs-root` when one of these places is root's and this process may not change it. */
export function rootDeferral(
  places: readonly { readonly domain: Domain; readonly path: string }[],
  lookup: Lookup,
  options: PlanOptions,
): Deferral | null {
  const needed = places.some((place) => isSystemWide(place, options.places));
  return needed && !lookup.observed.mayChangeSystem ? 'needs-root' : null;
}

/** The plan as it is carried out once root's part of it can be done after all. */
export function withRoot(plan: Plan): Plan {
  const changes = plan.changes.map(({ alsoWaits, ...change }) =>
    change.deferred === 'needs-root' ? { ...change, deferred: alsoWaits ?? null } : change,
  );
  return { ...plan, changes };
}
