import { describe, expect, it } from 'vitest';
import { parseDomainListing } from '../../src/launchd/print-domain.ts';
import { readFixture } from './read-fixture.ts';

const gui = readFixture('domain-gui.txt');

function why(text: string): string {
  const reading = parseDomainListing(text, 'gui/501');
  return reading.ok ? 'trusted' : reading.why;
}

describe('parseDomainListing', () => {
  it('reads pid, last exit and label of every service, and the disabled services', () => {
    expect(parseDomainListing(gui, 'gui/501')).toEqual({
      ok: true,
      listing: {
        services: {
          'com.example.web': { pid: 3621, lastExit: '-' },
          'com.example.backup': { pid: null, lastExit: '1' },
          'com.example.config': { pid: null, lastExit: '78' },
          'UIKitApplication:com.example.app[0x287][rb-legacy]': { pid: 12345, lastExit: '(jt)' },
          'com.example.two words': { pid: null, lastExit: '-15' },
          'application.com.example.1 = {': { pid: null, lastExit: '(pe)' },
        },
        disabled: { 'com.example.off': true, 'com.example.web': false, 'com.example.two words': true },
      },
    });
  });

  it('reads copies in which tabs became spaces', () => {
    const reading = parseDomainListing(gui.replaceAll('\t', '    '), 'gui/501');
    expect(reading).toEqual(parseDomainListing(gui, 'gui/501'));
  });

  it('tells a domain without the disabled block from one without disabled services', () => {
    expect(parseDomainListing(readFixture('domain-pid.txt'), 'system')).toEqual({
      ok: true,
      listing: { services: {}, disabled: null },
    });
    const empty = 'system = {\n\tservices = {\n\t}\n\tdisabled services = {\n\t}\n}\n';
    expect(parseDomainListing(empty, 'system')).toEqual({
      ok: true,
      listing: { services: {}, disabled: {} },
    });
  });

  it('keeps a label that looks like an object member of JavaScript', () => {
    const reading = parseDomainListing(gui.replace('com.example.config', '__proto__'), 'gui/501');
    expect(reading.ok && Object.keys(reading.listing.services)).toContain('__proto__');
  });

  it('refuses another domain, cut, elided and unreadable lists, since a lost line would read as not loaded', () => {
    const reading = parseDomainListing(gui, 'user/501');
    expect(reading).toEqual({ ok: false, why: 'It describes "gui/501", not user/501.' });
    expect(why('')).toBe('The answer is empty.');
    expect(why(gui.replace('\t\t       0      1 \tcom.example.backup', '[…]'))).toMatch(
      /cannot be read: "\[…\]"/,
    );
    expect(why(gui.replace('       0      1', '       ?      1'))).toMatch(/cannot be read/);
    expect(why(gui.replace('      1 \tcom.example.backup', '      1 \t'))).toMatch(/cannot be read/);
    expect(why(gui.replace('\tcom.example.backup', '\tcom.example.web'))).toBe(
      'The service "com.example.web" is listed twice.',
    );
    expect(why(gui.replace('services = {', 'service = {'))).toBe('It has no list of services.');
    expect(why(gui.replace('=> disabled', '=> maybe'))).toMatch(/disabled services cannot be read/);
    expect(why('Could not find domain for user gui: 501\n')).toMatch(/does not begin with/);
  });

  it('refuses the text wherever it is cut', () => {
    const whole = gui.trimEnd();
    for (let length = 0; length < whole.length; length += 1)
      expect(why(whole.slice(0, length))).not.toBe('trusted');
  });
});
