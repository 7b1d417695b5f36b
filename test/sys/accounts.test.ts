import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { findAccount, parseCache, parsePasswd } from '../../src/sys/accounts.ts';

describe('findAccount', () => {
  it('finds by name and by uid who runs this test', () => {
    const { username, uid, gid, homedir } = userInfo();
    const account = { name: username, uid, gid, home: homedir };
    expect(findAccount(uid)).toMatchObject({ uid });
    expect(findAccount(username)).toEqual(account);
  });

  it('finds nobody by what is no name: an option, a path, a number as text of another', () => {
    for (const who of ['--help', '', 'a b', '../root', 'nobody-of-this-name', 4_000_000_000])
      expect(findAccount(who)).toBeNull();
  });

  it('reads both directories', () => {
    const ada = { name: 'ada', uid: 501, gid: 20, home: '/Users/ada' };
    expect(parsePasswd('ada:x:501:20:Ada:/Users/ada:/bin/zsh\n')).toEqual(ada);
    expect(
      parseCache(
        'name: ada\npassword: ********\nuid: 501\ngid: 20\ndir: /Users/ada\nshell: /bin/zsh\ngecos: Ada\n\n',
      ),
    ).toEqual(ada);
    expect(parsePasswd('')).toBeNull();
    expect(parseCache('name: ada\nuid: many\ngid: 20\ndir: /Users/ada')).toBeNull();
  });
});
