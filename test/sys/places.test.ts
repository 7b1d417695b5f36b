import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/model/domain.ts';
import { choosePlaces, launchctlCommand, launchctlEnvironment, realHost } from '../../src/sys/places.ts';
import { temporaryFolder } from '../support/temporary.ts';

const mac: Host = {
  host: 'mini',
  user: 'me',
  uid: 501,
  gid: 20,
  home: '/Users/me',
  os: 'macos',
  arch: 'arm64',
  env: {},
};
const linux: Host = { ...mac, os: 'linux', home: '/home/me' };

describe('choosePlaces', () => {
  it('auto is the launchd of the Mac on a Mac', () => {
    expect(choosePlaces({}, mac, {})).toEqual({
      launchd: 'system',
      launchctl: '/bin/launchctl',
      userAgents: '/Users/me/Library/LaunchAgents',
      globalAgents: '/Library/LaunchAgents',
      daemons: '/Library/LaunchDaemons',
      userState: '/Users/me/.local/state/reconcile/system',
      systemState: '/var/db/reconcile/system',
      systemNeedsRoot: true,
    });
  });

  it('auto is the embedded launchd elsewhere, with everything in one folder', () => {
    expect(choosePlaces({ launchd: 'auto' }, linux, { XDG_STATE_HOME: '/s' })).toEqual({
      launchd: 'embedded',
      launchctl: expect.stringMatching(/\/embedded\/bin\/launchctl$/),
      userAgents: '/s/reconcile/embedded/LaunchAgents',
      globalAgents: '/s/reconcile/embedded/Library/LaunchAgents',
      daemons: '/s/reconcile/embedded/Library/LaunchDaemons',
      userState: '/s/reconcile/embedded',
      systemState: '/s/reconcile/embedded',
      systemNeedsRoot: false,
    });
  });

  it('finds the embedded launchd where its launchctl does: RECONCILE_EMBEDDED_DIR, else below the state home', () => {
    const env = { XDG_STATE_HOME: '/s', RECONCILE_EMBEDDED_DIR: '/w' };
    expect(choosePlaces({}, linux, env)).toMatchObject({ userState: '/w', userAgents: '/w/LaunchAgents' });
    expect(choosePlaces({}, linux, { ...env, RECONCILE_EMBEDDED_DIR: 'w' }).userState).toBe(resolve('w'));
    expect(choosePlaces({}, linux, { ...env, RECONCILE_EMBEDDED_DIR: '' }).userState).toBe(
      '/s/reconcile/embedded',
    );
    // It is about the embedded launchd alone.
    expect(choosePlaces({}, mac, env).userState).toBe('/s/reconcile/system');
  });

  it('ignores a state home that is not absolute', () => {
    expect(choosePlaces({}, linux, { XDG_STATE_HOME: 'state' }).userState).toBe(
      '/home/me/.local/state/reconcile/embedded',
    );
  });

  it('another launchctl means system, with state and root of its own', () => {
    const one = choosePlaces({ launchctl: '/opt/launchctl', root: '/tmp/root' }, linux, {});
    expect(one).toMatchObject({
      launchd: 'system',
      launchctl: '/opt/launchctl',
      userAgents: '/home/me/Library/LaunchAgents',
      globalAgents: '/tmp/root/Library/LaunchAgents',
      daemons: '/tmp/root/Library/LaunchDaemons',
    });
    expect(one.userState).toMatch(/^\/home\/me\/\.local\/state\/reconcile\/system-[0-9a-f]{8}$/);
    expect(one.systemState).toMatch(/^\/tmp\/root\/var\/db\/reconcile\/system-[0-9a-f]{8}$/);
    const states = [
      one,
      choosePlaces({ launchctl: '/opt/launchctl', root: '/tmp/other' }, linux, {}),
      choosePlaces({ launchctl: '/opt/other', root: '/tmp/root' }, linux, {}),
      choosePlaces({ launchd: 'system' }, linux, {}),
      choosePlaces({ launchd: 'embedded' }, linux, {}),
    ].map(({ userState }) => userState);
    expect(new Set(states).size).toBe(5);
  });

  it('an option wins over its variable', () => {
    const env = {
      RECONCILE_LAUNCHCTL: '/opt/launchctl',
      RECONCILE_LAUNCHD: 'embedded',
      RECONCILE_ROOT: '/r',
    };
    expect(choosePlaces({}, mac, env)).toMatchObject({
      launchctl: '/opt/launchctl',
      daemons: '/r/Library/LaunchDaemons',
    });
    expect(choosePlaces({ launchd: 'embedded' }, mac, env).launchd).toBe('embedded');
    expect(choosePlaces({ launchctl: '/opt/other', root: '/' }, mac, env)).toMatchObject({
      launchctl: '/opt/other',
      daemons: '/Library/LaunchDaemons',
    });
    expect(choosePlaces({}, mac, { RECONCILE_LAUNCHD: 'embedded' }).launchd).toBe('embedded');
    expect(choosePlaces({}, mac, { RECONCILE_LAUNCHD: '', RECONCILE_LAUNCHCTL: '' }).launchd).toBe('system');
  });

  it('needs root with the launchd of the Mac, wherever its folders are said to lie', () => {
    expect(choosePlaces({ launchctl: '/bin/launchctl' }, mac, {}).systemNeedsRoot).toBe(true);
    expect(choosePlaces({ root: '/tmp/x' }, mac, {}).systemNeedsRoot).toBe(true);
    expect(choosePlaces({ launchctl: '/opt/l' }, mac, {}).systemNeedsRoot).toBe(false);
  });

  it('finds a bare name in PATH', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'launchctl'), '');
    const env = { PATH: `${folder}/none:${folder}` };
    expect(choosePlaces({ launchctl: 'launchctl' }, linux, env).launchctl).toBe(join(folder, 'launchctl'));
  });

  it('refuses what it does not know and what contradicts itself', () => {
    expect(() => choosePlaces({ launchd: 'docker' }, mac, {})).toThrow("There is no launchd named 'docker'.");
    expect(() => choosePlaces({ launchd: 'embedded', launchctl: '/x' }, mac, {})).toThrow('contradict');
  });
});

describe('calling launchctl', () => {
  it('tells the embedded one its folder, in the environment and in words', () => {
    const places = choosePlaces({ launchd: 'embedded' }, linux, { XDG_STATE_HOME: "/it's" });
    const env = launchctlEnvironment(places, { PATH: '/usr/bin', X: '1' });
    expect(env).toMatchObject({ X: '1', RECONCILE_EMBEDDED_DIR: "/it's/reconcile/embedded" });
    expect(env['PATH']).toMatch(/:\/usr\/bin$/);
    expect(launchctlCommand(places)).toContain("RECONCILE_EMBEDDED_DIR='/it'\\''s/reconcile/embedded' /");
  });

  it('leaves the others alone', () => {
    const own = choosePlaces({}, mac, {});
    expect(launchctlEnvironment(own, { X: '1' })).toEqual({ X: '1' });
    expect(launchctlCommand(own)).toBe('launchctl');
    expect(launchctlCommand(choosePlaces({ launchctl: '/opt/l' }, mac, {}))).toBe('/opt/l');
  });
});

describe('realHost', () => {
  it('speaks of this machine', () => {
    const host = realHost({ HOME: '/home/somebody', LANG: 'C', NOTHING: undefined });
    expect(host).toMatchObject({ home: '/home/somebody', uid: process.getuid?.() });
    expect(host.env).toEqual({ HOME: '/home/somebody', LANG: 'C' });
    expect(host.host).not.toContain('.');
    expect(host.user).not.toBe('');
    expect(realHost({ HOME: 'relative' }).home).toMatch(/^\//);
  });
});
