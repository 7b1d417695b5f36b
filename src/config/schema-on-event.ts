import * as z from 'zod/mini';
import { EVENT_NAMES, type EventName } from '../model/on-event.ts';
import { about, filled } from './schema-parts.ts';

export interface OnEventFields {
  readonly command: readonly string[];
  readonly events?: readonly EventName[];
}

export const onEventSchema: z.ZodMiniType<OnEventFields> = z
  .strictObject({
    command: z
      .array(filled({ description: '' }))
      .check(z.minLength(1))
      .register(about, {
        description:
          'The program and its arguments. It gets the event as JSON on its standard input, and in the variables RECONCILE_EVENT, _STACK, _INSTANCE, _LABEL, _DOMAIN, _REASON, _ERROR and _MESSAGE. It has 10 seconds.',
        example: 'command: [~/bin/tell-me, --from, reconcile]',
        words: 'a list of words, the first of them a path',
      }),
    events: z.exactOptional(
      z.array(z.enum(EVENT_NAMES)).check(z.minLength(1)).register(about, {
        description: 'On which events; by default on all of them.',
        example: 'events: [failed]',
      }),
    ),
  })
  .register(about, {
    description:
      'A command that is run when a change failed (`failed`), or when `reconcile watch` gave a job up (`gave-up`), left it to another manager (`another-manager`), or put right what had been changed outside of it (`healed`). No change waits for it or fails by it, and what it does with reconcile itself runs no command. Only in the root file.',
    example: 'on_event: {command: [~/bin/tell-me], events: [failed, gave-up]}',
    words: 'a map such as `{command: [~/bin/tell-me]}`',
  });
