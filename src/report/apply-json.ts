import type { Plan } from '../model/plan.ts';
import type { Report, Result } from '../model/report.ts';
import { type Envelope, jsonDocument } from './document.ts';
import { planMembers } from './plan-json.ts';

/** The document of `apply --json` and `destroy --json`: the plan, and what became of each change (interface §5). */
export function reportToJson(
  plan: Plan,
  report: Report,
  envelope: Envelope,
): Readonly<Record<string, unknown>> {
  const own = { ...planMembers(plan), changed: report.changed, results: report.results.map(resultToJson) };
  return jsonDocument(envelope, own, [...plan.diagnostics, ...report.diagnostics]);
}

function resultToJson({ instance, label, domain, outcome, error }: Result): unknown {
  return {
    instance,
    label,
    domain,
    outcome,
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
  };
}
