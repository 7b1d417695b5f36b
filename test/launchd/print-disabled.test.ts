import { describe, expect, it } from 'vitest';
import { parseDisabled } from '../../src/launchd/print-disabled.ts';
import { readFixture } from './read-fixture.ts';

const words = readFixture('disabled-words.txt');

describe('parseDisabled', () => {
  it('reads enabled and disabled, after an empty line and before a second section', () => {
    expect(parseDisabled(words)).toEqual({
      ok: true,
      disabled: { 'com.example.web': false, 'com.example.backup': true, 'Two Words': true },
    });
  });

  it('reads the older true and false, with and without indentation of the section', () => {
    const old = 'disabled services = {\n\t"com.example.web" => false\n\t"com.example.off" => true\n}\n';
    const disabled = { 'com.example.web': false, 'com.example.off': true };
    expect(parseDisabled(old)).toEqual({ ok: true, disabled });
    expect(parseDisabled(old.replaceAll(/^/gm, '    '))).toEqual({ ok: true, disabled });
  });

  it('reads that nothing is disabled, in each of its forms', () => {
    for (const text of [
      'disabled services = {\n}\n',
      '\n\tdisabled services = {\n\t}\n',
      '\n\tdisabled services = {\n\t\t(no disabled services)\n\t}\n',
      '(no disabled services)\n',
    ]) {
      expect(parseDisabled(text)).toEqual({ ok: true, disabled: {} });
    }
  });

  it('keeps labels with quotes and arrows apart from their values', () => {
    const text = 'disabled services = {\n\t"a" => b" => disabled\n\t"__proto__" => enabled\n}\n';
    const reading = parseDisabled(text);
    expect(reading.ok && Object.entries(reading.disabled)).toEqual([
      ['a" => b', true],
      ['__proto__', false],
    ]);
  });

  it('refuses what is no such list, with the reason', () => {
    const why = (text: string) => {
      const reading = parseDisabled(text);
      return reading.ok ? 'trusted' : reading.why;
    };
    expect(why('')).toBe('The answer is empty.');
    expect(why('"com.example.web" => disabled\n')).toMatch(/does not begin with the disabled services/);
    expect(why('{\n    "com.example.web" = 1;\n}\n')).toMatch(/does not begin with/);
    expect(why(words.slice(0, words.indexOf('"Two')))).toMatch(/ends before the closing brace/);
    expect(why(words.replace('=> disabled', '=> perhaps'))).toMatch(/cannot be read: .*com.example.backup/);
    expect(why(words.replace('"Two Words"', '[…]'))).toMatch(/cannot be read/);
    expect(why(words.replace('com.example.backup', 'com.example.web'))).toMatch(
      /both as enabled and as disabled/,
    );
  });
});
