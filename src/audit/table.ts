import { ACROSS_RULES } from './across.ts';
import { DECLARED_DIFFERS } from './declared.ts';
import { LOADED_RULES } from './loaded.ts';
import type { Rule } from './rule.ts';
import { ENVIRONMENT_RULES } from './rules/environment.ts';
import { KEY_RULES } from './rules/keys.ts';
import { LABEL_RULES } from './rules/label.ts';
import { PATH_RULES } from './rules/paths.ts';
import { PROGRAM_RULES } from './rules/program.ts';
import { RESTART_RULES } from './rules/restart.ts';
import { SCHEDULE_RULES } from './rules/schedule.ts';
import { TEXT_RULES } from './rules/text.ts';
import { WORD_RULES } from './rules/words.ts';
import { BAD_IGNORE, type Description, UNREADABLE } from './special.ts';

/** Every rule on a single job. */
export const RULES: readonly Rule[] = [
  ...RESTART_RULES,
  ...SCHEDULE_RULES,
  ...PROGRAM_RULES,
  ...WORD_RULES,
  ...PATH_RULES,
  ...ENVIRONMENT_RULES,
  ...LABEL_RULES,
  ...KEY_RULES,
  ...TEXT_RULES,
];

/** Everything that `audit` can find, for people to read: those on one job, those across jobs, and the special ones. */
export const DESCRIPTIONS: readonly Description[] = [
  ...RULES,
  ...ACROSS_RULES,
  DECLARED_DIFFERS,
  ...LOADED_RULES,
  UNREADABLE,
  BAD_IGNORE,
];

export function describeRule(code: string): Description | null {
  return DESCRIPTIONS.find((rule) => rule.code === code) ?? null;
}

export const RULE_CODES: readonly string[] = DESCRIPTIONS.map(({ code }) => code);
