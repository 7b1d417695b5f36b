import { describe, expect, it } from 'vitest';
import { createEngine, LABEL } from './support.ts';

const DONE = { ends: { afterMs: 1000, exit: { code: 0 } } } as const;

describe('WatchPaths', () => {
  it('does not start at load, and starts once for changes in quick succession', () => {
    const engine = createEngine();
    engine.spawner.behave(LABEL, DONE);
    engine.load({ WatchPaths: ['/etc/a', '/etc/b'] });
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([]);
    for (let count = 0; count < 50; count += 1) engine.touch();
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([0]);
    expect(engine.clock.armed()).toBe(0);
  });

  it('takes the changes during a run for one start after it, held back by the throttle', () => {
    const engine = createEngine();
    engine.spawner.behave(LABEL, DONE);
    engine.load({ WatchPaths: ['/etc/a'] });
    engine.touch();
    engine.clock.advance(500);
    for (let count = 0; count < 3; count += 1) {
      engine.touch();
      engine.clock.advance(100);
    }
    expect(engine.state()).toBe('running');
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([0, 10]);
  });

  it('shows why it started', () => {
    const engine = createEngine();
    engine.load({ WatchPaths: ['/etc/a'] });
    engine.touch();
    engine.clock.advance(1000);
    expect(engine.supervisor.find('gui/501', LABEL)?.phase).toMatchObject({
      kind: 'running',
      reason: 'xpc event',
    });
  });

  it('fires no more once the job has gone', () => {
    const engine = createEngine();
    engine.load({ WatchPaths: ['/etc/a'] });
    engine.touch();
    engine.supervisor.remove('gui/501', LABEL);
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([]);
    expect(engine.clock.armed()).toBe(0);
  });

  it('takes a list of no strings for absent', () => {
    const engine = createEngine();
    engine.load({ WatchPaths: [1, true], QueueDirectories: '/spool' });
    engine.touch();
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([]);
  });
});

describe('QueueDirectories', () => {
  it('keeps the job alive while a folder holds something, hidden or not', () => {
    const engine = createEngine();
    engine.spawner.behave(LABEL, DONE);
    engine.load({ QueueDirectories: ['/spool/in', '/spool/late'] });
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([]);
    engine.paths.add('/spool/late/.hidden');
    engine.touch();
    engine.clock.advance(25_000);
    expect(engine.startTimes()).toEqual([0, 10, 20]);
    engine.paths.clear();
    engine.touch();
    engine.clock.advance(60_000);
    expect(engine.startTimes()).toEqual([0, 10, 20]);
    expect(engine.state()).toBe('idle');
  });

  it('starts at load when something waits already', () => {
    const engine = createEngine();
    engine.paths.add('/spool/in/letter');
    engine.load({ QueueDirectories: ['/spool/in'] });
    expect(engine.state()).toBe('running');
  });

  it('gives up a start that waits for the throttle when the folder is empty again', () => {
    const engine = createEngine();
    engine.spawner.behave(LABEL, DONE);
    engine.paths.add('/spool/in/letter');
    engine.load({ QueueDirectories: ['/spool/in'] });
    engine.clock.advance(2000);
    expect(engine.state()).toBe('scheduled');
    engine.paths.clear();
    engine.touch();
    expect(engine.state()).toBe('idle');
    expect(engine.clock.armed()).toBe(0);
  });
});
