import { dict, type PlistDict, type PlistValue } from '../model/plist.ts';
import type { Collector } from './collector.ts';
import type { MapNode, YamlNode } from './node.ts';

/**
 * YAML as it stands → a property list: integers and reals are kept apart by how they are written (`5` and `5.0`),
 * `!!binary` is data. Nothing, `.inf` and `.nan` have no property list form and are reported.
 */
export function readPlistDict(node: MapNode, path: string, collector: Collector): PlistDict {
  const members: [string, PlistValue | undefined][] = [];
  for (const [key, { value, keySpan }] of node.entries) {
    if (path === 'launchd' && key.toLowerCase() === 'label') {
      const message = 'The label is not set under `launchd:`.';
      collector.report({ code: 'launchd/label', message, hint: 'Write `label:` at the instance.' }, keySpan);
      continue;
    }
    members.push([key, readPlistValue(value, `${path}.${key}`, collector)]);
  }
  return dict(members);
}

function readPlistValue(node: YamlNode, path: string, collector: Collector): PlistValue | undefined {
  switch (node.kind) {
    case 'text':
      return node.opaque === 'broken' ? undefined : node.text;
    case 'boolean':
      return node.value;
    case 'integer': {
      warnOfLeadingZero(node, collector);
      const number = Number(node.value);
      return Number.isSafeInteger(number) ? number : { kind: 'integer', digits: String(node.value) };
    }
    case 'real':
      if (Number.isFinite(node.value)) return { kind: 'real', value: node.value };
      collector.report(
        { code: 'launchd/number', message: `\`${path}\` is no number that a property list can hold.` },
        node.span,
      );
      return undefined;
    case 'data':
      return { kind: 'data', base64: node.base64 };
    case 'list':
      return node.items
        .map((item, index) => readPlistValue(item, `${path}.${index}`, collector))
        .filter((item) => item !== undefined);
    case 'map':
      return readPlistDict(node, path, collector);
    case 'null': {
      const message = `\`${path}\` has no value, and a property list knows no null.`;
      collector.report(
        { code: 'launchd/null', message, hint: 'Write a value, or remove the key.' },
        node.span,
      );
      return undefined;
    }
  }
}

/** `Umask: 022` looks octal, and is 22 in YAML 1.2; it goes in as it stands, but not without a word. */
function warnOfLeadingZero(node: YamlNode & { kind: 'integer' }, collector: Collector): void {
  if (!/^[-+]?0[0-9]/.test(node.written)) return;
  const message = `YAML reads \`${node.written}\` as the decimal number ${node.value}.`;
  const hint = 'Write it without the leading zero; octal digits of a Umask go in quotes: "022".';
  collector.report({ code: 'launchd/leading-zero', message, hint }, node.span, 'warning');
}
