import { AGENT_STACK } from '../model/agent.ts';
import type { Problem } from './collector.ts';
import { shorten } from './shorten.ts';

/** `<label>.plist` must be a file name. */
const MAX_LABEL_BYTES = 255 - '.plist'.length;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const FORBIDDEN = /[\s/\u0000-\u001f\u007f]/;

/** What is wrong with a label (interface §1: no slash, space or `..`, never Apple's), or null. */
export function labelProblem(label: string): Problem | null {
  return namingProblem('label', label) ?? appleProblem(label, label);
}

/** What is wrong with the prefix of default labels, or null. */
export function labelPrefixProblem(prefix: string): Problem | null {
  const problem = namingProblem('label prefix', prefix) ?? appleProblem(`${prefix}.`, prefix);
  if (problem !== null || !/^\.|\.$/.test(prefix)) return problem;
  return {
    code: 'label/invalid',
    message: `The label prefix \`${prefix}\` must neither start nor end with a dot; one is put after it.`,
    hint: `Write \`${prefix.replaceAll(/^\.+|\.+$/g, '') || 'local.me'}\`.`,
  };
}

/** What is wrong with the name of a stack, an instance or a template, or null. It becomes a part of labels. */
export function nameProblem(name: string): Problem | null {
  return namingProblem('name', name);
}

/** The same of a stack: the agents' own is not to be had. */
export function stackProblem(name: string): Problem | null {
  if (name !== AGENT_STACK) return nameProblem(name);
  return {
    code: 'name/invalid',
    message: `The name \`${name}\` is that of the stack in which \`reconcile agent install\` keeps its agents.`,
    hint: 'Choose another name, such as `dotfiles`.',
  };
}

function namingProblem(what: 'label' | 'label prefix' | 'name', text: string): Problem | null {
  const code = what === 'name' ? 'name/invalid' : 'label/invalid';
  const example = what === 'name' ? '`nightly-backup`' : '`com.example.backup`';
  const wrong = (
    why: string,
    hint = `Use letters, digits, dots and dashes, such as ${example}.`,
  ): Problem => ({
    code,
    message: text === '' ? `This ${what} is empty.` : `The ${what} \`${shorten(text)}\` ${why}.`,
    hint,
  });
  if (text === '') return wrong('');
  if (text.includes('/')) return wrong('holds a slash, and it becomes the name of a file');
  if (FORBIDDEN.test(text)) return wrong('holds a space or a control character');
  if (text.includes('..')) return wrong('holds `..`, which leads out of a folder');
  if (Buffer.byteLength(text) > MAX_LABEL_BYTES) {
    return wrong(`is longer than ${MAX_LABEL_BYTES} bytes, and it becomes the name of a file`, 'Shorten it.');
  }
  return null;
}

function appleProblem(whole: string, shown: string): Problem | null {
  if (!whole.toLowerCase().startsWith('com.apple.')) return null;
  return {
    code: 'label/apple',
    message: `\`${shorten(shown)}\` belongs to Apple's own jobs, which are never touched.`,
    hint: 'Use a prefix of your own, such as `com.example`.',
  };
}
