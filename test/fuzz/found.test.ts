import { expect, it } from 'vitest';
import { isSensitive } from '../../src/launchd/secrets.ts';
import { readPlist } from '../../src/plist/read.ts';
import { judge } from './judge.ts';

/** What fuzzing has found, so that it stays mended. Times that grew with the square of a text are in test/audit/time.test.ts. */

it('tells of a tag with a long or hostile name in a sentence', () => {
  const problem = (text: string): string => {
    const reading = readPlist(Buffer.from(text));
    return reading.ok ? '' : reading.problem.message;
  };
  expect(problem(`<plist><string>a<${'b'.repeat(5000)}></string></plist>`).length).toBeLessThan(200);
  expect(problem('<dict></a\u001b[31m></dict>')).toBe(
    'Found </a\\u001b[31m> where </dict> must close the <dict> of line 1.',
  );
  for (const text of [`<dict><${'x'.repeat(5000)}/></dict>`, `<array></${'y'.repeat(5000)}></array>`])
    expect(judge('xml', Buffer.from(text))).toBe('refused');
});

it('finds a secret behind any number of assignments', () => {
  const many = 'a='.repeat(100_000);
  expect(isSensitive(['ProgramArguments', '0'], `${many}x`)).toBe(false);
  expect(isSensitive(['ProgramArguments', '0'], `${many}API_TOKEN=x`)).toBe(true);
  expect(isSensitive(['ProgramArguments', '0'], `${many}x PASSWORD=y`)).toBe(true);
});
