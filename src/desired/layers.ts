import type { Instance } from '../config/instance.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Host } from '../model/domain.ts';
import { compileSchedule } from './calendar.ts';
import { problemsOf } from './problems.ts';
import { splitCommand } from './program.ts';

/**
 * What is wrong with a template, or with `defaults`, by itself, used or not: the words of its command and its schedule.
 * What hangs on the instance (its domain, its other fields) is judged there.
 */
export function checkLayer(layer: Instance, host: Host): readonly Diagnostic[] {
  const problems = problemsOf(layer);
  const { fields } = layer;
  const draft = { instance: layer, fields, label: '', host, problems };
  if (typeof fields.command === 'string') splitCommand(draft, fields.command);
  if (fields.start?.schedule !== undefined) compileSchedule(draft, fields.start.schedule);
  return problems.found;
}
