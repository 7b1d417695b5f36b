import * as z from 'zod/mini';
import type { PlistDict } from '../model/plist.ts';
import type { Problem } from './collector.ts';
import { parseDuration } from './duration.ts';

/** What is said of a part of the file besides its type: in editors, on the reference page, in messages. */
export interface About {
  /** Name of its definition in the JSON Schema; without one it is written out where it is used. */
  readonly id?: string;
  readonly description: string;
  /** Keys of launchd.plist(5) that it writes. */
  readonly plist?: string;
  /** YAML. */
  readonly example?: string;
  /** Values that an editor offers beside that of the example. */
  readonly alternatives?: readonly string[];
  /** What each of its words means. */
  readonly values?: Readonly<Record<string, string>>;
  /** What it takes, for messages and the reference: ``must be <words>``. */
  readonly words?: string;
  /** A value that is no map stands for these members. */
  readonly short?: readonly string[];
  /** Text, and numbers (`scalars`: booleans too) taken as they were written. */
  readonly asWritten?: 'numbers' | 'scalars';
  /** A null member of this record takes an inherited one away; elsewhere in records it is an error. */
  readonly nullRemoves?: true;
  /** Members of its JSON Schema. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** Everything that is known of a schema; the key is the schema itself. */
export const about: z.core.$ZodRegistry<About> = z.registry<About>();

/** A check that words its own problem. */
export function rule<T>(check: (value: T) => Problem | null): z.core.$ZodCheck<T> {
  return z.check<T>((payload) => {
    const problem = check(payload.value);
    if (problem !== null) {
      payload.issues.push({ code: 'custom', input: payload.value, params: { problem } });
    }
  });
}

export const text = (entry: About): z.ZodMiniType<string> => z.string().register(about, entry);
export const flag = (entry: About): z.ZodMiniType<boolean> => z.boolean().register(about, entry);

/** A text that says something. */
export const filled = (entry: About): z.ZodMiniType<string> =>
  z
    .string()
    .check(
      rule((value: string) =>
        value.trim() === ''
          ? { code: 'field/empty', message: 'This text is empty.', hint: 'Write a value, or remove it.' }
          : null,
      ),
    )
    .register(about, { ...entry, json: { minLength: 1, ...entry.json } });

export const filledList = (entry: About): z.ZodMiniType<string[]> =>
  z
    .array(filled({ description: '' }))
    .check(z.minLength(1))
    .register(about, entry);

/** A duration; read as whole seconds. */
export const seconds = (entry: About): z.ZodMiniType<number> =>
  z
    .pipe(
      z.union([z.string(), z.int()]),
      z.transform((value: string | number, context): number => {
        const parsed = parseDuration(value);
        if ('seconds' in parsed) return parsed.seconds;
        context.issues.push({ code: 'custom', input: value, params: { problem: parsed.problem } });
        return z.NEVER;
      }),
    )
    .register(about, {
      words: 'a duration such as `30s`, `15m`, `1h30m` or `2d`, or whole seconds',
      ...entry,
      json: {
        anyOf: [
          {
            type: 'string',
            pattern: '^(?=.)(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$|^\\d+$|\\$\\{',
            patternErrorMessage: 'Not a duration. Write 30s, 15m, 1h30m or 2d, or whole seconds.',
          },
          { type: 'integer', minimum: 1 },
        ],
      },
    });

/** A whole number in a range, both ends included. */
export const between = (minimum: number, maximum: number, entry: About): z.ZodMiniType<number> =>
  z
    .int()
    .check(z.gte(minimum), z.lte(maximum))
    .register(about, {
      words:
        maximum === Number.MAX_SAFE_INTEGER
          ? `a whole number from ${minimum}`
          : `a whole number from ${minimum} to ${maximum}`,
      ...entry,
    });

/** One of a thing, or a list of them. */
export const oneOrMany = <T extends string>(
  item: () => z.ZodMiniType<T>,
  entry: About,
): z.ZodMiniType<T | T[]> => z.union([item(), z.array(item()).check(z.minLength(1))]).register(about, entry);

/** Proves in the type system that two types are the same. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** A type as `instance.ts` writes it: nothing can be changed. */
export type DeepReadonly<T> = T extends PlistDict
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
