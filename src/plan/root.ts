import { domainUid, isSystemWide } from '../launchd/domains.ts';
import type { Domain } from '../model/domain.ts';
import type { Change, Deferral, Plan } from '../model/plan.ts';
import { blockChange } from './caller.ts';
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

/**
 * The plan of root when nobody says for which user: jobs of a login session are nobody's then. Never for gui/0, where no
 * Mac has a session.
 */
export function withoutUser(plan: Plan): Plan {
  const changes = plan.changes.map((change): Change => {
    if (domainUid(change.domain) !== 0 || (change.op === 'noop' && change.actions.length === 0))
      return change;
    const blocked = {
      code: 'user/unnamed',
      message: `${change.label} is a job of a user's login session, and reconcile runs as root without knowing for whom.`,
      hint: 'Name the user with --user NAME, run reconcile as that user, or declare the job with domain: system.',
    };
    return blockChange(change, blocked);
  });
  return { ...plan, changes };
}
