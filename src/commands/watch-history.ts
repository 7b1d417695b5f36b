import { badEndsWords, gaveUpWords, restartedWords } from '../launchd/last-exit.ts';
import type { Happening } from '../model/history.ts';
import type { Told } from '../model/loop.ts';
import type { Change } from '../model/plan.ts';

/** Whether what comes of a change is told by the event of the loop that it belongs to, and not as a stop by hand. */
export function isGivingUp({ actions }: Change): boolean {
  return actions.some((action) => action.action === 'record' && action.entry.gaveUp !== undefined);
}

/** `KeepAlive, not loaded`: what is no key stands in parentheses, which a sentence does not need. */
function keyWords(keys: readonly string[]): string {
  return keys.map((key) => key.replace(/^\((.*)\)$/, '$1')).join(', ');
}

/** A decision of the loop, for the history; deeds go there as they are done. Null: not of one job. */
export function decisionOf(event: Told, stack: string, plistOf: (label: string) => string): Happening | null {
  switch (event.event) {
    case 'applied':
      if (event.cause !== 'outside' || event.outcome !== 'applied') return null;
      return decided(
        event,
        'healed',
        event.keys.length === 0
          ? 'what a dead run had left in its way was removed'
          : `it had been changed outside of reconcile: ${keyWords(event.keys)}`,
      );
    case 'gave-up':
      return decided(event, 'gave-up', gaveUpWords(event));
    case 'another-manager': {
      const who = event.writer.name === null ? '' : ` (${event.writer.name})`;
      return decided(
        event,
        'another-manager',
        `it differs again after ${event.corrections} corrections within an hour${who}: ${keyWords(event.keys)}; left alone until told`,
      );
    }
    case 'health':
      return event.state === 'healthy'
        ? decided(event, 'healed', 'it answers its health check again')
        : decided(event, 'unhealthy', event.reason);
    case 'left-alone':
      return decided(event, 'left-alone', event.message);
    case 'crash-looping':
      return decided(event, 'left-alone', `crash-looping: ${badEndsWords(event)}`);
    case 'restarted-often':
      return decided(event, 'left-alone', restartedWords(event));
    default:
      return null;
  }

  function decided(
    { instance, label, domain }: Pick<Happening, 'instance' | 'label' | 'domain'>,
    what: Happening['what'],
    reason: string,
  ): Happening {
    return {
      stack,
      instance,
      label,
      domain,
      plist: plistOf(label),
      what,
      reasons: [],
      reason,
      fields: [],
      actions: [],
      outcome: null,
      error: null,
    };
  }
}
