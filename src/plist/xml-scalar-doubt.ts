import type { Doubt } from './doubt.ts';
import type { Tag } from './xml-scanner.ts';

/**
 * Where a number, a date or data is written in a way that CoreFoundation refuses, or takes less of than it looks like.
 *
 * @param raw from the tag's `<` to the end of its closing tag
 * @param content the text inside, resolved
 */
export function scalarDoubt(tag: Tag, raw: string, content: string): Doubt | null {
  const { name, start } = tag;
  const doubt = (message: string, fix: string): Doubt => ({ start, message, fix });
  const refused = (what: string, fix: string): Doubt =>
    doubt(`Apple’s reader refuses the file for ${what} <${name}>.`, fix);
  if (name === 'data') return dataDoubt(tag, content, doubt, refused);
  if (name !== 'real' && /&|<!\[CDATA\[/.test(raw))
    return refused('the CDATA or entity in this', 'Write the plain characters.');
  if (/\s$/.test(content)) return refused('white space after the value in this', 'Remove the white space.');
  if (name === 'date' && /^\s/.test(content))
    return refused('white space before the value in this', 'Remove the white space.');
  return null;
}

function dataDoubt(
  tag: Tag,
  content: string,
  doubt: (message: string, fix: string) => Doubt,
  refused: (what: string, fix: string) => Doubt,
): Doubt | null {
  if (tag.form === 'empty') return refused('an empty', 'Write <data></data>.');
  if (/[^A-Za-z0-9+/=\s]/.test(content))
    return doubt('Characters that are no base64 are passed over in this <data>.', 'Write the data anew.');
  const packed = content.replace(/\s+/g, '');
  if (packed.length % 4 === 0) return null;
  return doubt(
    'The base64 of this <data> is cut off: Apple’s reader drops what is behind its last group of four.',
    'Write the data anew.',
  );
}
