import { describe, expect, it } from 'vitest';
import { nearestNames } from '../../src/launchd/nearest.ts';

describe('nearestNames', () => {
  it.each([
    ['restrat', ['restart']],
    ['RESTART', ['restart']],
    ['comand', ['command']],
    ['commande', ['command', 'commands']],
    ['x', []],
    ['completely-else', []],
  ])('%s', (name, expected) => {
    expect(nearestNames(name, ['restart', 'command', 'commands', 'label'])).toEqual(expected);
  });

  it('offers no more than asked for, and only the nearest', () => {
    expect(nearestNames('aaaa', ['abaa', 'aaab', 'aaba', 'zzzz'], 2)).toEqual(['aaab', 'aaba']);
  });
});
