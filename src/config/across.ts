import type { Collector } from './collector.ts';
import type { Gathered } from './gather.ts';
import type { Config } from './instance.ts';
import { placeOf, type Span, type YamlNode } from './node.ts';
import { read } from './read.ts';
import type { Resolved } from './resolve.ts';
import { laterOf, whereIs } from './rules.ts';
import { fileShape } from './schema.ts';
import { didYouMean } from './suggest.ts';

/** Looking for near names among thousands takes a while, and nobody misspells so many. */
const MAX_SUGGESTIONS = 20;
const MAX_CYCLES = 20;
/** Names of a cycle. */
const MAX_SHOWN = 8;

/** Every name after `depends_on` must be an instance, and no instance may wait for itself. */
export function checkDependencies(
  resolved: readonly Resolved[],
  gathered: Gathered,
  collector: Collector,
): void {
  const byName = new Map(resolved.map((one) => [one.instance.name, one]));
  const broken = new Set(gathered.brokenInstances);
  let unknown = 0;
  for (const { dependsOn } of resolved) {
    for (const { name, span } of dependsOn) {
      if (byName.has(name) || broken.has(name)) continue;
      const near = unknown++ < MAX_SUGGESTIONS ? didYouMean(name, byName.keys()) : {};
      const hint = near.hint ?? 'Name an instance of this configuration.';
      collector.report(
        { code: 'depends-on/unknown', message: `There is no instance \`${name}\`.`, hint },
        span,
      );
    }
  }
  for (const cycle of findCycles(byName)) {
    const names = cycle.map(({ from }) => `\`${from}\``);
    const shown = names.length > MAX_SHOWN ? [...names.slice(0, MAX_SHOWN - 1), '…'] : names;
    const message =
      names.length === 1
        ? `${names[0]} waits for itself.`
        : `These instances wait for each other: ${[...shown, names[0]].join(' → ')}.`;
    const span = cycle.map((edge) => edge.span).reduce(laterOf);
    collector.report({ code: 'depends-on/cycle', message, hint: 'Remove one `depends_on`.' }, span);
  }
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly span: Span;
}

/** One cycle for each edge that closes one, in depth-first order; without recursion, since chains may be long. */
function findCycles(byName: ReadonlyMap<string, Resolved>): Edge[][] {
  const cycles: Edge[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const start of byName.keys()) {
    if (state.has(start)) continue;
    const path: { name: string; next: number; edge: Edge | null }[] = [{ name: start, next: 0, edge: null }];
    state.set(start, 'open');
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const target = byName.get(top.name)?.dependsOn[top.next++];
      if (target === undefined) {
        state.set(top.name, 'done');
        path.pop();
        continue;
      }
      const edge: Edge = { from: top.name, to: target.name, span: target.span };
      const seen = state.get(target.name);
      if (seen === 'open') {
        if (cycles.length >= MAX_CYCLES) return cycles;
        const from = path.findIndex(({ name }) => name === target.name);
        cycles.push([...path.slice(from + 1).flatMap((step) => step.edge ?? []), edge]);
      } else if (seen === undefined && byName.has(target.name)) {
        state.set(target.name, 'open');
        path.push({ name: target.name, next: 0, edge });
      }
    }
  }
  return cycles;
}

/** Reads `moved:`; each old label is free, and each new name an instance. */
export function readMoved(
  gathered: Gathered,
  resolved: readonly Resolved[],
  collector: Collector,
): Config['moved'] {
  const byName = new Map(resolved.map((one) => [one.instance.name, one]));
  const owners = new Map(resolved.flatMap((one) => (one.label === null ? [] : [[one.label, one] as const])));
  const seen = new Map<string, Span>();
  const moved: Config['moved'][number][] = [];
  for (const node of gathered.moved) {
    if (read(fileShape.moved, node, 'moved', collector) === undefined || node.kind !== 'list') continue;
    for (const item of node.items) {
      const { from, to } = membersOf(item);
      if (from?.kind !== 'text' || to?.kind !== 'text' || (from.opaque ?? to.opaque) !== undefined) continue;
      moved.push({ from: from.text, to: to.text, place: placeOf(from.span) });
      const before = seen.get(from.text);
      seen.set(from.text, from.span);
      const owner = owners.get(from.text);
      if (before !== undefined) {
        const message = `\`${from.text}\` is moved twice; the first time is on ${whereIs(before, from.span)}.`;
        collector.report({ code: 'moved/twice', message, hint: 'Keep one of them.' }, from.span);
      } else if (owner !== undefined) {
        const message = `\`${from.text}\` is still the label of \`${owner.instance.name}\`.`;
        const hint = '`from` is a label that no instance has any more.';
        collector.report({ code: 'moved/still-used', message, hint }, from.span);
      }
      if (!byName.has(to.text) && !gathered.brokenInstances.includes(to.text)) {
        const near = didYouMean(to.text, byName.keys());
        const hint = near.hint ?? '`to` is the name of an instance.';
        collector.report(
          { code: 'moved/unknown', message: `There is no instance \`${to.text}\`.`, hint },
          to.span,
        );
      }
    }
  }
  return moved;
}

function membersOf(node: YamlNode): Readonly<Record<string, YamlNode | undefined>> {
  return node.kind === 'map'
    ? Object.fromEntries([...node.entries].map(([key, { value }]) => [key, value]))
    : {};
}

/** What the files together ask `audit` to ignore. */
export function readAuditIgnore(gathered: Gathered, collector: Collector): readonly string[] {
  return gathered.audit.flatMap((node) => read(fileShape.audit, node, 'audit', collector)?.ignore ?? []);
}
