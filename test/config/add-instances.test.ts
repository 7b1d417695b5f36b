import { describe, expect, it } from 'vitest';
import { addInstances, findRoom } from '../../src/config/add-instances.ts';

function added(content: string): string {
  const found = findRoom('/f.yaml', content);
  if (!found.ok) throw new Error(found.message);
  if (found.room === null) return 'a whole file';
  const pad = ' '.repeat(found.room.indent);
  return addInstances(
    content,
    found.room,
    `${pad}new:\n${pad}${' '.repeat(found.room.step)}command: /bin/x\n`,
  );
}

describe('instances added to a file', () => {
  it.each([
    [
      'after the last one, before the next section',
      'version: 1\ninstances:\n  a:\n    command: b\nmoved: []\n',
      'version: 1\ninstances:\n  a:\n    command: b\n\n  new:\n    command: /bin/x\n\nmoved: []\n',
    ],
    [
      'with the indentation of the file',
      'instances:\n    a:\n        command: b # why\n\n# the end\n',
      'instances:\n    a:\n        command: b # why\n\n    new:\n        command: /bin/x\n\n# the end\n',
    ],
    [
      'after comments that belong to the block',
      'instances:\n  a: { command: b }\n\n  # b:\n  #   command: c\n',
      'instances:\n  a: { command: b }\n\n  # b:\n  #   command: c\n\n  new:\n    command: /bin/x\n',
    ],
    [
      'below `instances:` when there is none',
      'version: 1\ninstances: # soon\nmoved: []\n',
      'version: 1\ninstances: # soon\n  new:\n    command: /bin/x\n\nmoved: []\n',
    ],
    [
      'at the end without `instances:`',
      'version: 1\n',
      'version: 1\n\ninstances:\n  new:\n    command: /bin/x\n',
    ],
    [
      'without a line end at the end',
      'instances:\n  a: {command: b}',
      'instances:\n  a: {command: b}\n\n  new:\n    command: /bin/x\n',
    ],
    [
      'with the line ends of the file, and its mark',
      '\ufeffinstances:\r\n  a:\r\n    command: b\r\n',
      '\ufeffinstances:\r\n  a:\r\n    command: b\r\n\r\n  new:\r\n    command: /bin/x\r\n',
    ],
    [
      'after a script, with the blank lines that it keeps',
      'instances:\n  a:\n    script: |+\n      x\n\n\nmoved: []\n',
      'instances:\n  a:\n    script: |+\n      x\n\n\n\n  new:\n    command: /bin/x\n\nmoved: []\n',
    ],
    [
      'after an instance without indentation of its own',
      'instances:\n a:\n  command: [b,\n   c]\n',
      'instances:\n a:\n  command: [b,\n   c]\n\n new:\n  command: /bin/x\n',
    ],
  ])('%s', (_, content, expected) => {
    expect(added(content)).toBe(expected);
  });

  it.each([[''], ['# only words\n']])('a file without content takes a whole one', (content) => {
    expect(added(content)).toBe('a whole file');
  });

  it.each([
    ['{version: 1, instances: {}}', 'braces'],
    ['version: 1\ninstances: {}\n', 'instances` is written as `{}`'],
    ['version: 1\ninstances: {a: {command: b}}\n', 'written as'],
    ['version: 1\ninstances: null\n', 'written as `null`'],
    ['x: &a {}\ninstances: *a\n', 'alias'],
    ['version: 1\n...\n', 'mark of YAML'],
    ['a: [', 'cannot be read'],
  ])('%j is refused', (content, word) => {
    const found = findRoom('/f.yaml', content);
    expect(found.ok ? '' : found.message).toContain(word);
  });
});
