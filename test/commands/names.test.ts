import { describe, expect, it } from 'vitest';
import { resolveName } from '../../src/commands/names.ts';
import { ReconcileError } from '../../src/model/errors.ts';

const jobs = [
  { instance: 'redis', label: 'com.example.redis' },
  { instance: 'redis-cache', label: 'com.example.redis-cache' },
  { instance: 'web', label: 'org.example.frontend' },
  { instance: null, label: 'org.example.old' },
];

const codeOf = (name: string): unknown => {
  try {
    return resolveName(name, jobs).label;
  } catch (error) {
    return error instanceof ReconcileError ? [error.code, error.exitCode] : error;
  }
};

describe('resolveName', () => {
  it.each([
    ['redis', 'com.example.redis'],
    ['com.example.redis', 'com.example.redis'],
    ['front', 'org.example.frontend'],
    ['cache', 'com.example.redis-cache'],
    ['old', 'org.example.old'],
  ])('%s means %s', (name, label) => {
    expect(codeOf(name)).toBe(label);
  });

  it('refuses what could be several, what is none, and nothing at all', () => {
    expect(codeOf('redi')).toEqual(['name/ambiguous', 64]);
    expect(codeOf('mysql')).toEqual(['name/unknown', 64]);
    expect(codeOf('')).toEqual(['name/unknown', 64]);
  });

  it('names the candidates', () => {
    expect(() => resolveName('example.redis', jobs)).toThrow(/redis \(com\.example\.redis\), redis-cache/);
  });
});
