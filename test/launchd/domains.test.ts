import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkLabel,
  domainKind,
  domainOf,
  domainUid,
  folderDomain,
  folderOf,
  isAppleLabel,
  LABEL_MAX_BYTES,
  parseDomain,
  parseTarget,
  scopeOf,
  serviceTarget,
  sessionType,
} from '../../src/launchd/domains.ts';
import type { Places } from '../../src/model/domain.ts';

const places: Places = {
  launchd: 'system',
  launchctl: '/bin/launchctl',
  userAgents: '/Users/ada/Library/LaunchAgents',
  globalAgents: '/Library/LaunchAgents',
  daemons: '/Library/LaunchDaemons',
  userState: '/Users/ada/.local/state/reconcile',
  systemState: '/var/db/reconcile',
  systemNeedsRoot: true,
};

describe('parseDomain', () => {
  it.each(['system', 'gui/501', 'user/0', 'user/4294967295'])('reads %s', (text) => {
    expect(parseDomain(text)).toBe(text);
  });

  it.each([
    '',
    'System',
    'system/',
    'gui',
    'gui/',
    'gui/0501',
    'gui/-1',
    'gui/501/x',
    'login/100003',
    'gui/4294967296',
    ' gui/501',
  ])('refuses %j', (text) => {
    expect(parseDomain(text)).toBeNull();
  });
});

describe('the parts of a domain', () => {
  it('knows kind, uid, scope and session type', () => {
    const table = (['system', 'user/501', 'gui/501'] as const).map((domain) => [
      domainKind(domain),
      domainUid(domain),
      scopeOf(domain),
      sessionType(domain),
    ]);
    expect(table).toEqual([
      ['system', null, 'daemon', 'System'],
      ['user', 501, 'agent', 'Background'],
      ['gui', 501, 'agent', 'Aqua'],
    ]);
  });

  it('places every placement', () => {
    const table = (['gui', 'user', 'all-users', 'system'] as const).map((placement) => [
      domainOf(placement, 501),
      folderOf(placement, places),
    ]);
    expect(table).toEqual([
      ['gui/501', places.userAgents],
      ['user/501', places.userAgents],
      ['gui/501', places.globalAgents],
      ['system', places.daemons],
    ]);
  });

  it('knows which domain a folder is loaded into', () => {
    expect(folderDomain(places.daemons, places, 501)).toBe('system');
    expect(folderDomain(places.userAgents, places, 501)).toBe('gui/501');
    expect(folderDomain(places.globalAgents, places, 501)).toBe('gui/501');
    expect(folderDomain('/tmp', places, 501)).toBeNull();
  });
});

describe('serviceTarget', () => {
  it('joins domain and label', () => {
    expect(serviceTarget('gui/501', 'local.web')).toBe('gui/501/local.web');
  });

  it('never names a whole domain', () => {
    expect(() => serviceTarget('gui/501', '')).toThrow(RangeError);
    expect(() => serviceTarget('gui/501', '/')).toThrow(RangeError);
  });

  it('is read back by parseTarget, for every good label', () => {
    fc.assert(
      fc.property(
        fc.string().filter((label) => checkLabel(label) === null),
        fc.constantFrom('system' as const, 'gui/501' as const, 'user/0' as const),
        (label, domain) => {
          expect(parseTarget(serviceTarget(domain, label))).toEqual({ domain, label });
        },
      ),
    );
  });

  it('refuses what is no target', () => {
    for (const text of ['gui/501', 'gui/501/', 'system', 'system/', 'gui/x/y', 'gui/501/a/b', 'local.web'])
      expect(parseTarget(text), text).toBeNull();
  });
});

describe('checkLabel', () => {
  it.each(['local.web', 'io.lima-vm.autostart.k3s', 'org.example_app@2', 'Ünïcode.job', 'a'])(
    'accepts %s',
    (label) => {
      expect(checkLabel(label)).toBeNull();
    },
  );

  it.each([
    ['', /empty/],
    ['a/b', /slash/],
    ['a b', /space/],
    ['a\u00a0b', /space/],
    ['a\nb', /space or a line break/],
    ['a\u0000b', /control/],
    ['a\u0007b', /control/],
    ['a"b', /quote/],
    ['a\\b', /backslash/],
    ['a\u200bb', /invisible/],
    ['a\ud800', /invisible/],
    ['a..b', /two dots/],
    ['..', /two dots/],
    ['.hidden', /hidden/],
    ['-k', /option/],
    ['com.apple.dock', /macOS/],
    ['com.Apple.Dock', /macOS/],
    ['x'.repeat(LABEL_MAX_BYTES + 1), /220 bytes/],
    ['é'.repeat(LABEL_MAX_BYTES / 2 + 1), /222/],
  ])('refuses %j', (label, why) => {
    expect(checkLabel(label)).toMatch(why);
  });

  it('leaves room for the suffix and for a temporary name', () => {
    expect(checkLabel('x'.repeat(LABEL_MAX_BYTES))).toBeNull();
  });

  it('tells com.apple apart from com.applepie', () => {
    expect(isAppleLabel('com.applepie.x')).toBe(false);
    expect(isAppleLabel('com.apple')).toBe(true);
  });
});
