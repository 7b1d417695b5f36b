import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envFileProblem } from '../../src/launchd/env-file.ts';
import { WRAPPER } from '../../src/launchd/wrapper.ts';
import { temporaryFolder } from '../support/temporary.ts';

const problemOf = (text: string) => envFileProblem(Buffer.from(text));

describe('what a job could not read of an env_file', () => {
  it.each([
    ['A=1\n\n# B\n; C\nexport D="x" # said\nE=\'a\nb\'', null],
    ['\uFEFFA=1\r\nB="x\r\ny"\r\n', null],
    ['A=1\n  just this', [2, 3, 'is not NAME=value']],
    ['export A', [1, 8, 'is not NAME=value']],
    ['A =1', [1, 1, 'does not begin with the name of a variable and an equals sign']],
    ['A="a\nb"\n2=x', [3, 1, 'does not begin with the name of a variable and an equals sign']],
    ['A="x\n\nB=1', [1, 3, 'has a quote that is not closed']],
    ['A="a\nb" c', [2, 4, 'has more after the quote']],
    ['UID=1', [1, 1, 'sets UID, which the shell that reads it keeps for itself']],
  ])('is told of %j', (text, expected) => {
    const [line, column, what] = expected ?? [];
    expect(problemOf(text)).toEqual(expected === null ? null : { line, column, what });
  });

  it('is the first thing that the job itself says', () => {
    const words = ['A', '=', '"', "'", '\n', '\r\n', ' ', '\t', '#', ';', 'export ', '\\', '\\n', '\\"', '$'];
    const more = ['`', 'é', '\uFEFF', 'UID', '_rc_x', 'B=', '1', "C='", 'D="', '\0', '[!a]*', '-n', '\n'];
    const path = join(temporaryFolder(), 'env');
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words, ...more), { maxLength: 14 }), (parts) => {
        const content = Buffer.from(parts.join(''));
        writeFileSync(path, content);
        const args = ['-c', WRAPPER, 'reconcile', 'L', 'env-file', path, '--', '/bin/true'];
        const { status, stderr } = spawnSync('/bin/sh', args, { env: {}, encoding: 'utf8' });
        const problem = envFileProblem(content);
        expect([status, stderr]).toEqual(
          problem === null
            ? [0, '']
            : [78, `reconcile: L: line ${problem.line} of ${path} ${problem.what}.\n`],
        );
      }),
      { numRuns: 300 },
    );
  });
});
