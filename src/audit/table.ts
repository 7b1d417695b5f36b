import type { Rule } from './rule.ts';
import { ENVIRONMENT_RULES } from './rules/environment.ts';
import { KEY_RULES } from './rules/keys.ts';
import { LABEL_RULES } from './rules/label.ts';
import { PATH_RULES } from './rules/paths.ts';
import { RESTART_RULES } from './rules/restart.ts';
import { RUN_RULES } from './rules/run.ts';
import { SCHEDULE_RULES } from './rules/schedule.ts';
import { TEXT_RULES } from './rules/text.ts';

/** Every rule on a single job: `audit` runs them, `explain CODE` tells them, docs/rules.md lists them. */
export const RULES: readonly Rule[] = [
  ...RESTART_RULES,
  ...SCHEDULE_RULES,
  ...RUN_RULES,
  ...PATH_RULES,
  ...ENVIRONMENT_RULES,
  ...LABEL_RULES,
  ...KEY_RULES,
  ...TEXT_RULES,
];

const BY_CODE: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.code, rule]));

export function findRule(code: string): Rule | null {
  return BY_CODE.get(code) ?? null;
}
