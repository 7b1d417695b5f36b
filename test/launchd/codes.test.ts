import { describe, expect, it } from 'vitest';
import { LAUNCHCTL_CODES } from '../../src/launchd/code-table.ts';
import {
  decidingCode,
  describeLaunchctlCode,
  isAccepted,
  launchctlCode,
  outcomeOf,
  type Verb,
} from '../../src/launchd/codes.ts';

describe('launchctl codes', () => {
  it('covers the errno values that were seen and 107 to 159, each once and in order', () => {
    const codes = LAUNCHCTL_CODES.map((row) => row.code);
    const own = Array.from({ length: 53 }, (_, index) => 107 + index);
    expect(codes).toEqual([0, 1, 2, 3, 5, 13, 17, 22, 36, 37, 45, 77, 78, ...own]);
    expect(new Set(LAUNCHCTL_CODES.map((row) => row.name)).size).toBe(codes.length);
  });

  it('explains each of them in whole sentences', () => {
    for (const row of LAUNCHCTL_CODES) {
      expect(row.meaning, row.name).toMatch(/^[A-Zl].*\.$/);
      expect(row.next, row.name).toMatch(/^[A-Z].*\.$/);
      expect(row.text, row.name).not.toBe('');
    }
  });

  it('puts them as launchctl does', () => {
    expect(describeLaunchctlCode(37)).toBe('37: Operation already in progress');
    expect(describeLaunchctlCode(127)).toBe(
      '127: The specified service did not ship with the operating system',
    );
    expect(describeLaunchctlCode(999)).toBe('999: Unknown error');
    expect(launchctlCode(999)).toBeNull();
  });
});

describe('outcomeOf', () => {
  it.each<[Verb, number | null, string, string]>([
    ['bootstrap', 0, '', 'done'],
    ['bootstrap', 5, 'Bootstrap failed: 5: Input/output error\nTry again as root.\n', 'unclear'],
    ['bootstrap', 17, '', 'already'],
    ['bootstrap', 37, 'Bootstrap failed: 37: Operation already in progress\n', 'busy'],
    ['bootstrap', 119, '', 'disabled'],
    ['bootstrap', 122, '', 'refused'],
    ['bootstrap', 125, '', 'no-domain'],
    ['bootstrap', 130, '', 'unclear'],
    ['bootstrap', 133, '', 'refused'],
    ['bootstrap', 134, '', 'refused'],
    ['bootstrap', 124, '', 'no-domain'],
    ['bootstrap', 3, '', 'refused'],
    ['bootout', 0, '', 'done'],
    ['bootout', 3, 'Boot-out failed: 3: No such process\n', 'not-loaded'],
    ['bootout', 36, 'Boot-out failed: 36: Operation now in progress\n', 'in-progress'],
    ['bootout', 113, '', 'not-loaded'],
    ['bootout', 1, 'Boot-out failed: 1: Operation not permitted\n', 'not-permitted'],
    ['bootout', 5, '', 'unclear'],
    ['kickstart', 37, '', 'already'],
    ['kickstart', 113, '', 'not-loaded'],
    ['kickstart', 146, '', 'pended'],
    ['kickstart', 150, '', 'not-permitted'],
    ['kill', 3, 'No process to signal.\n', 'not-running'],
    ['kill', 1, 'Not privileged to signal service.\n', 'not-permitted'],
    ['kill', 113, '', 'not-loaded'],
    ['print', 113, 'Bad request.\nCould not find service "x" in domain for user gui: 501\n', 'not-loaded'],
    ['print', 112, 'Bad request.\nCould not find domain for user gui: 501\n', 'no-domain'],
    ['print-disabled', 5, '', 'unclear'],
    ['list', 113, '', 'not-loaded'],
    ['bootout', 64, 'Unrecognized target specifier.\n', 'no-answer'],
    ['print', null, '', 'no-answer'],
    ['print', 255, '', 'no-answer'],
  ])('%s with %s is %s %s', (verb, code, stderr, outcome) => {
    expect(outcomeOf(verb, code, stderr)).toBe(outcome);
  });

  it('takes the number from standard error where the exit status is unhelpful', () => {
    expect(
      decidingCode(1, '/tmp/a.plist: Service is disabled\nBootstrap failed: 119: Service is disabled\n'),
    ).toBe(119);
    expect(
      decidingCode(1, 'Could not kickstart service "local.web": 37: Operation already in progress'),
    ).toBe(37);
    expect(decidingCode(64, 'Bootstrap failed: 5: Input/output error\nTry re-running as root.')).toBe(5);
    expect(decidingCode(1, 'Could not find domain for user gui: 501')).toBe(1);
    expect(decidingCode(1, 'it took 12: 30 seconds: well')).toBe(1);
    expect(decidingCode(3, 'Boot-out failed: 5: Input/output error')).toBe(3);
    expect(decidingCode(null, 'Bootstrap failed: 5: Input/output error')).toBeNull();
  });

  it('never decides by words', () => {
    expect(outcomeOf('bootstrap', 113, 'service already loaded')).toBe('not-loaded');
    expect(outcomeOf('bootout', 0, 'Could not find service')).toBe('done');
  });

  it('knows what counts as success for each verb', () => {
    for (const code of [0, 3, 36, 113]) expect(isAccepted('bootout', code, '')).toBe(true);
    for (const code of [1, 5, 37, 112, 125]) expect(isAccepted('bootout', code, '')).toBe(false);
    expect(isAccepted('kickstart', 37, '')).toBe(true);
    expect(isAccepted('bootstrap', 37, '')).toBe(false);
    expect(isAccepted('print', null, '')).toBe(false);
  });
});
