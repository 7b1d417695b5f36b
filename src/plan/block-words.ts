import type { Domain } from '../model/domain.ts';
import type { Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { ObservedPlist } from '../model/observed.ts';
import type { Blocked } from '../model/plan.ts';
import { quoteForShell } from '../model/shell.ts';
import type { Situation } from './situation.ts';

type Named = Pick<Job, 'label' | 'domain'>;

export function foreign(on: Situation): Blocked {
  const { label, domain, path } = on.job;
  const there = on.found === null ? `${label} is loaded in ${domain}` : `${path} is there`;
  const marker = on.found?.marker ?? null;
  const whose =
    marker === null ? 'reconcile did not make it' : `it is marked as the stack “${marker.stack}”’s`;
  return {
    code: 'job/foreign',
    message: `${there}, but ${whose}, so it is left as it is.`,
    hint: 'Run with --adopt to manage it from now on, or give the instance another label.',
  };
}

/** @param source the file that is planned */
export function otherStack({ stack, source: from, label }: LedgerEntry, source: string): Blocked {
  return {
    code: 'job/other-stack',
    message: `The stack “${stack}” (${from}) owns the label ${label}.`,
    hint:
      from === source
        ? `This file was called so before: write \`name: ${stack}\` again, or give this instance another label.`
        : `Give this instance another label, or first run \`reconcile forget ${label} --file ${quoteForShell(from)}\`, and then --adopt here.`,
  };
}

export function reserved(label: string): Blocked {
  return {
    code: 'label/reserved',
    message: `The label ${label} belongs to macOS.`,
    hint: 'Choose a label of your own; jobs of macOS are never touched.',
  };
}

export function submitted(job: Named): Blocked {
  return {
    code: 'job/submitted',
    message: `An app submitted ${job.label} to ${job.domain}; there is no plist that could be managed.`,
    hint: 'Turn it off in that app or in System Settings > General > Login Items, or choose another label.',
  };
}

export function symlink(path: string): Blocked {
  return {
    code: 'plist/symlink',
    message: `${path} is a symbolic link, and launchd wants a file of its owner’s; it was made by somebody else.`,
    hint: 'Remove the link (the file that it leads to stays), then run this again.',
  };
}

export function closed(path: string, found: ObservedPlist | null): Blocked {
  return {
    code: 'plist/unreadable',
    message: `${path} cannot be read${because(found)}.`,
    hint: 'Give yourself permission to read it, or move it away.',
  };
}

export function unreadable(path: string, found: ObservedPlist | null): Blocked {
  return {
    code: 'plist/unreadable',
    message: `${path} is no property list${because(found)}, and reconcile did not make it.`,
    hint: 'Look at it with `plutil -lint`, then move it away or repair it.',
  };
}

/** The file that an owned entry speaks of is somebody else's by now. */
export function replacedFile(entry: Pick<LedgerEntry, 'label' | 'path'>, found: ObservedPlist): Blocked {
  const what = found.label === null ? 'has no Label' : `has the Label ${found.label}`;
  return {
    code: 'plist/foreign',
    message: `${entry.path} ${what} now: it was replaced by somebody else.`,
    hint: `Move it away, or run \`reconcile forget ${entry.label}\` to leave it alone for good.`,
  };
}

export function unknown(job: Named, why: string, launchctl: string): Blocked {
  return {
    code: 'job/unknown',
    message: `What launchd says of ${job.domain}/${job.label} cannot be trusted: ${why}`,
    hint: `Look at \`${launchctl} print ${job.domain}/${job.label}\`, then run this again.`,
  };
}

export function duplicate(job: Named, places: readonly string[], launchctl: string): Blocked {
  return {
    code: 'job/duplicate',
    message: `The label ${job.label} is there a second time: ${places.join(', ')}.`,
    hint: `Keep one: take the other out (\`${launchctl} bootout DOMAIN/LABEL\`, move its plist away) or use another label.`,
  };
}

/** Only what is installed and ours can be started by its name. */
export function disabled({ job, entry, found }: Situation): Blocked {
  const start =
    entry === null || found === null ? 'Declare' : `Run \`reconcile start ${job.instance}\` or declare`;
  return {
    code: 'job/disabled',
    message: `${job.label} was disabled outside of reconcile, and that is respected.`,
    hint: `${start} \`enabled: true\` to undo it; declare \`enabled: false\` to keep it so.`,
  };
}

export function movedDisabled(
  from: { readonly label: string; readonly domain: Domain },
  instance: string,
): Blocked {
  return {
    code: 'job/disabled',
    message: `${from.label} was disabled outside of reconcile; under its new name it would run.`,
    hint: `Declare \`enabled: true\` or \`enabled: false\` for ${instance}.`,
  };
}

function because(found: ObservedPlist | null): string {
  const problem = found?.problem ?? null;
  if (problem === null) return '';
  const place =
    problem.line === null
      ? ''
      : ` (line ${problem.line}${problem.column === null ? '' : `, column ${problem.column}`})`;
  return `: ${problem.message.replace(/\.$/, '')}${place}`;
}
