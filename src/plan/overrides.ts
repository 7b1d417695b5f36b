import * as words from './block-words.ts';
import { because, block, type Decision, touch } from './decision.ts';
import type { Situation } from './situation.ts';
import { warnAbout } from './warn.ts';

/**
 * Overrides (interface §7). An override beats the plist's `Disabled`; without either a job is enabled (facts §3.6).
 * `enabled` unset: an outside `disable` is respected. `true`: it is undone. `false`: the job is kept disabled, unloaded.
 */
export function decideOverride(decision: Decision, on: Situation): Decision {
  if (on.job.enabled === true) return wantEnabled(decision, on);
  if (on.job.enabled === false) return wantDisabled(decision, on);
  return respect(decision, on);
}

function isDisabled(on: Situation): boolean {
  return on.override ?? on.wanted.entries['Disabled'] === true;
}

/** `enable` is sent only where the override or the plist says disabled. */
function wantEnabled(decision: Decision, on: Situation): Decision {
  if (!isDisabled(on) || (decision.op === 'adopt' && decision.blocked !== null)) return decision;
  return touch({ ...decision, override: 'enable' }, 'enabled');
}

function wantDisabled(decision: Decision, on: Situation): Decision {
  const isLoaded = on.loaded === 'equal' || on.loaded === 'other' || on.loaded === 'submitted';
  const kept: Decision = {
    ...decision,
    op: decision.op === 'load' || decision.op === 'reload' ? 'noop' : decision.op,
    file: decision.op === 'load' || decision.op === 'reload' ? 'none' : decision.file,
    reasons: decision.reasons.filter((reason) => reason !== 'not-loaded' && reason !== 'stale'),
    launchd: isLoaded ? 'unload' : 'leave',
    override: isDisabled(on) ? 'leave' : 'disable',
  };
  return kept.launchd === 'leave' && kept.override === 'leave' ? kept : touch(kept, 'enabled');
}

function respect(decision: Decision, on: Situation): Decision {
  if (!isDisabled(on)) return decision;
  // What we disabled for a declaration that no longer says so is no outside `disable`.
  if (on.disabledByUs) return wantEnabled(decision, on);
  const starts = decision.launchd === 'load' || decision.launchd === 'reload';
  if (on.override === null && decision.launchd === 'load') {
    // The declaration itself says Disabled: not being loaded is what it asks for.
    return because(
      {
        ...decision,
        op: decision.op === 'load' ? 'noop' : decision.op,
        file: decision.op === 'load' ? 'none' : decision.file,
        launchd: 'leave',
        reasons: decision.reasons.filter((reason) => reason !== 'not-loaded'),
      },
      'disabled',
    );
  }
  const said = words.disabled(on);
  if (starts) return block(decision, said, 'disabled');
  return because(
    { ...decision, diagnostics: [...decision.diagnostics, warnAbout(on.job, said)] },
    'disabled',
  );
}
