/** Whether a text is matched wholly by a glob: `*`, `?`, `[abc]`, `[!a-z]`; everything else is itself. */
export function matchesGlob(glob: string, text: string): boolean {
  let expression = '';
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] ?? '';
    if (character === '*') {
      // Several stars are one; kept apart they would make a text that does not match take very long.
      if (glob[at - 1] !== '*') expression += '[^]*?';
    } else if (character === '?') expression += '[^]';
    else if (character === '[') {
      const end = glob.indexOf(']', at + 2);
      const set = end === -1 ? '' : glob.slice(at + 1, end);
      if (set === '') expression += '\\[';
      else {
        const negated = /^[!^]/.test(set);
        expression += `[${negated ? '^' : ''}${set.slice(negated ? 1 : 0).replaceAll(/[\\\]^]/g, '\\$&')}]`;
        at = end;
      }
    } else expression += character.replace(/[\\^$.|+(){}\]/-]/, '\\$&');
  }
  try {
    return new RegExp(`^${expression}$`).test(text);
  } catch {
    // A set such as [z-a]: no glob at all, so it is itself.
    return glob === text;
  }
}

/** Whether a path is to be looked up as a glob. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}
