import { describe, expect, it } from 'vitest';
import { loadExample } from './load-example.ts';

const EVERYWHERE = ['caffeine', 'clean-downloads', 'index-notes', 'serve-notes'];

describe('examples/dotfiles', () => {
  it('holds the shared jobs on a machine without a file of its own', () => {
    const { jobs, diagnostics } = loadExample('dotfiles/reconcile.yaml', { host: { host: 'travel' } });
    expect(diagnostics).toEqual([]);
    expect(jobs.map((job) => job.instance)).toEqual(EVERYWHERE);
    expect(jobs.filter((job) => job.excluded).map((job) => job.instance)).toEqual(['caffeine']);
  });

  it('adds what the machine has of its own', () => {
    const { jobs, plists, diagnostics } = loadExample('dotfiles/reconcile.yaml');
    expect(diagnostics).toEqual([]);
    expect(jobs.map((job) => job.instance)).toEqual(['backup', ...EVERYWHERE]);
    expect(jobs.some((job) => job.excluded)).toBe(false);
    expect(plists['backup']).toEqual({
      Label: 'com.example.dotfiles.backup',
      ProgramArguments: ['/Users/ada/bin/backup', '--quiet'],
      StandardOutPath: '/Users/ada/Library/Logs/com.example.dotfiles.backup/out.log',
      StandardErrorPath: '/Users/ada/Library/Logs/com.example.dotfiles.backup/err.log',
      EnvironmentVariables: { LANG: 'en_GB.UTF-8' },
      ProcessType: 'Background',
      Nice: 10,
      LowPriorityIO: true,
      StartCalendarInterval: { Minute: 0, Hour: 4, Weekday: 0 },
    });
  });

  it('merges defaults, templates and instances', () => {
    const { jobs, plists } = loadExample('dotfiles/reconcile.yaml');
    expect(plists['serve-notes']).toMatchObject({
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 30,
      ExitTimeOut: 20,
      WorkingDirectory: '/Users/ada/Notes',
    });
    expect(plists['serve-notes']).not.toHaveProperty('ProcessType');
    expect(plists['index-notes']).toMatchObject({
      EnvironmentVariables: { LANG: 'en_GB.UTF-8', NOTES: '/Users/ada/Notes' },
      WatchPaths: ['/Users/ada/Notes'],
    });
    expect(plists['caffeine']).toHaveProperty('StartCalendarInterval.length', 5);
    expect(jobs.find((job) => job.instance === 'serve-notes')?.after).toEqual([
      'com.example.dotfiles.index-notes',
    ]);
  });
});
