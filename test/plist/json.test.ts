import { describe, expect, it } from 'vitest';
import { dict } from '../../src/model/plist.ts';
import { plistToJson } from '../../src/plist/json.ts';

describe('plistToJson', () => {
  it('tags what JSON has no type for, and sorts keys', () => {
    const value = dict([
      ['Since', { kind: 'date', iso: '2026-01-31T08:30:00Z' }],
      ['Nice', 5],
      ['Ratio', { kind: 'real', value: 5 }],
      ['Odd', { kind: 'real', value: Number.POSITIVE_INFINITY }],
      ['Huge', { kind: 'integer', digits: '18446744073709551615' }],
      ['Blob', { kind: 'data', base64: 'AQID' }],
      ['__proto__', [true, 'x', dict([])]],
    ]);
    expect(JSON.stringify(plistToJson(value))).toBe(
      '{"Blob":{"data":"AQID"},"Huge":{"integer":"18446744073709551615"},"Nice":5,"Odd":{"real":"Infinity"},' +
        '"Ratio":{"real":5},"Since":{"date":"2026-01-31T08:30:00Z"},"__proto__":[true,"x",{}]}',
    );
  });

  it('keeps null for absent', () => {
    expect(plistToJson(null)).toBeNull();
  });
});
