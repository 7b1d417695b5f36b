import { describe, expect, it } from 'vitest';
import { createEngine, GUI, LABEL, when } from './support.ts';

describe('StartOnMount', () => {
  it('starts at every mount, and once more for those that come while it runs', () => {
    const { load, mount, spawner, clock, startTimes } = createEngine();
    spawner.behave(LABEL, { ends: { afterMs: 30_000, exit: { code: 0 } } });
    load({ StartOnMount: true });
    expect(startTimes()).toEqual([]);
    mount();
    clock.advance(10_000);
    mount();
    mount();
    clock.advance(100_000);
    expect(startTimes()).toEqual([0, 30]);
  });

  it('is nothing to a job that does not ask for it, nor to one that is removed', () => {
    const { load, mount, spawner, supervisor } = createEngine();
    load({ StartOnMount: false });
    load({ StartOnMount: true }, 'org.example.removed');
    supervisor.remove(GUI, 'org.example.removed');
    mount();
    expect(spawner.starts).toEqual([]);
  });
});

describe('AfterInitialDemand', () => {
  it('holds every trigger back until the first demand; what has fired before is one start then', () => {
    const { load, mount, spawner, supervisor, clock, startTimes } = createEngine();
    spawner.behave(LABEL, { ends: { afterMs: 1000, exit: { code: 0 } } });
    load({
      StartInterval: 60,
      StartOnMount: true,
      KeepAlive: when({ AfterInitialDemand: true, Crashed: true }),
    });
    clock.advance(200_000);
    mount();
    expect(startTimes()).toEqual([]);
    supervisor.kickstart(GUI, LABEL, { kill: false }, () => {});
    clock.advance(90_000);
    // At 200 s by hand, then at 240 s, the next full interval.
    expect(startTimes()).toEqual([0, 40]);
  });

  it('alone means KeepAlive from the first demand on', () => {
    const { load, spawner, supervisor, clock, startTimes } = createEngine();
    load({ KeepAlive: when({ AfterInitialDemand: true }) });
    supervisor.kickstart(GUI, LABEL, { kill: false }, () => {});
    spawner.end(LABEL, { code: 0 });
    clock.advance(60_000);
    expect(startTimes()).toEqual([0, 10]);
  });
});

describe('LaunchOnlyOnce', () => {
  it('is not started again by any trigger, and is by a kickstart', () => {
    const { load, mount, spawner, supervisor, clock, startTimes } = createEngine();
    load({ LaunchOnlyOnce: true, KeepAlive: true, StartInterval: 60, StartOnMount: true });
    clock.advance(5000);
    spawner.end(LABEL, { signal: 11 });
    mount();
    clock.advance(200_000);
    expect(startTimes()).toEqual([0]);
    supervisor.kickstart(GUI, LABEL, { kill: false }, () => {});
    expect(startTimes()).toEqual([0, 205]);
  });
});

describe('jobs that look at another', () => {
  it('OtherJobActive follows its process: it starts with it, and is not restarted without it', () => {
    const { load, spawner, clock, state, supervisor } = createEngine();
    load({ KeepAlive: when({ OtherJobActive: when({ 'org.example.main': true }) }) });
    load({}, 'org.example.main');
    expect(state()).toBe('idle');
    supervisor.kickstart(GUI, 'org.example.main', { kill: false }, () => {});
    expect(state()).toBe('running');
    spawner.end(LABEL, { code: 0 });
    clock.advance(10_000);
    expect(state()).toBe('running');
    spawner.end('org.example.main', { code: 0 });
    spawner.end(LABEL, { code: 0 });
    clock.advance(60_000);
    expect(state()).toBe('idle');
  });

  it('OtherJobActive false starts when the other has ended', () => {
    const { load, spawner, state } = createEngine();
    load({ RunAtLoad: true }, 'org.example.main');
    load({ KeepAlive: when({ OtherJobActive: when({ 'org.example.main': false }) }) });
    expect(state()).toBe('idle');
    spawner.end('org.example.main', { code: 0 });
    expect(state()).toBe('running');
  });

  it('OtherJobEnabled false starts when the other is removed', () => {
    const { load, supervisor, state } = createEngine();
    load({}, 'org.example.main');
    load({ KeepAlive: when({ OtherJobEnabled: when({ 'org.example.main': false }) }) });
    expect(state()).toBe('idle');
    supervisor.remove(GUI, 'org.example.main');
    expect(state()).toBe('running');
  });
});

describe('a program that cannot be executed', () => {
  it.each([
    ['absent', undefined, 1],
    ['SuccessfulExit', when({ SuccessfulExit: true }), 1],
    ['Crashed', when({ Crashed: true }), 1],
    ['not SuccessfulExit', when({ SuccessfulExit: false }), 7],
    ['not Crashed', when({ Crashed: false }), 7],
    ['true', true, 7],
  ] as const)('is a failure with 78, not a crash: KeepAlive %s', (_name, keepAlive, tries) => {
    const { load, spawner, supervisor, clock } = createEngine();
    spawner.behave(LABEL, { refused: 'config' });
    load({ RunAtLoad: true, ...(keepAlive === undefined ? {} : { KeepAlive: keepAlive }) });
    clock.advance(60_000);
    expect(spawner.starts).toHaveLength(tries);
    const job = supervisor.find(GUI, LABEL);
    expect(job?.lastExit).toEqual({ code: 78 });
    expect(job?.successiveCrashes).toBe(0);
    expect(job?.phase.kind).toBe(tries === 1 ? 'idle' : 'scheduled');
  });

  it('runs at the next try once it is there', () => {
    const { load, spawner, clock, state, startTimes } = createEngine();
    spawner.behave(LABEL, { refused: 'config' });
    load({ KeepAlive: true });
    clock.advance(5000);
    spawner.behave(LABEL, {});
    clock.advance(5000);
    expect(state()).toBe('running');
    expect(startTimes()).toEqual([0, 10]);
  });
});
