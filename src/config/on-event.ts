import type { Host } from '../model/domain.ts';
import { EVENT_NAMES, type OnEvent } from '../model/on-event.ts';
import type { Collector } from './collector.ts';
import type { YamlNode } from './node.ts';
import { read } from './read.ts';
import { fileShape } from './schema.ts';
import type { OnEventFields } from './schema-on-event.ts';
import { shorten } from './shorten.ts';

/** `on_event`, with `~` expanded. Null: it is wrong, and that was told. */
export function readOnEvent(node: YamlNode, { home }: Host, collector: Collector): OnEvent | null {
  // What is missing or wrong is told, and left out.
  const given: Partial<OnEventFields> = read(fileShape.on_event, node, 'on_event', collector) ?? {};
  const [program] = given.command ?? [];
  if (given.command === undefined || program === undefined) return null;
  if (!/^(?:\/|~\/)/.test(program)) {
    const command = node.kind === 'map' ? node.entries.get('command')?.value : undefined;
    const first = command?.kind === 'list' ? command.items[0] : undefined;
    const message = `\`${shorten(program)}\` is no absolute path, and nothing is looked up for it.`;
    const hint = 'Write the path of the program in full; `~/` is your home folder.';
    collector.report({ code: 'on-event/program', message, hint }, (first ?? node).span);
    return null;
  }
  const command = given.command.map((word) => word.replace(/^~(?=\/|$)/, home));
  return { command, events: given.events ?? EVENT_NAMES };
}
