import { describe, expect, it } from 'vitest';
import { hostAs } from '../../src/commands/as.ts';
import type { Host } from '../../src/model/domain.ts';

const real: Host = {
  host: 'builder',
  user: 'ci',
  uid: 1000,
  gid: 1000,
  home: '/home/ci',
  os: 'linux',
  arch: 'x86_64',
  env: {},
};

describe('hostAs', () => {
  it('replaces what is named and keeps the rest', () => {
    expect(hostAs('host=studio,arch=arm64', real)).toEqual({ ...real, host: 'studio', arch: 'arm64' });
  });

  it('gives a user of another system the usual home there', () => {
    expect(hostAs('os=macos,user=pat,uid=501', real)).toMatchObject({
      home: '/Users/pat',
      uid: 501,
      os: 'macos',
    });
    expect(hostAs('user=pat', real).home).toBe('/home/pat');
    expect(hostAs('user=pat,home=/srv/pat', real).home).toBe('/srv/pat');
    expect(hostAs('host=studio', real).home).toBe('/home/ci');
  });

  it.each(['os=windows', 'arch=ppc', 'uid=me', 'home=relative', 'shell=zsh', 'host', 'host='])(
    'refuses %s',
    (text) => {
      expect(() => hostAs(text, real)).toThrow(expect.objectContaining({ exitCode: 64 }));
    },
  );
});
