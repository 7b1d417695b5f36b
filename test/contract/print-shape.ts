/** The depth-1 keys of a text of `print`, in order. */
export function keysOf(text: string): readonly string[] {
  return [...text.matchAll(/^\t([^\t\n=][^=\n]*?) = /gm)].map(([, key = '']) => key);
}

/** The shape of a text: each line without what differs between machines and moments, blank lines kept. */
export function shapeOf(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line.endsWith('{') || line.endsWith('[') ? line : line.replace(/ (=>?) .*$/, ' $1')));
}
