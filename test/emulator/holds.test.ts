import { describe, expect, it } from 'vitest';
import { createEngine, GUI, LABEL, when } from './support.ts';

const CRASH = { signal: 11 } as const;

describe('a domain in on-demand-only mode', () => {
  it('pends the start at load, and a restart, until the mode ends', () => {
    const { supervisor, spawner, load, state } = createEngine();
    supervisor.onDemandOnly(GUI, true);
    load({ RunAtLoad: true });
    load({ KeepAlive: true }, 'org.example.kept');
    expect([state(), state('org.example.kept')]).toEqual(['idle', 'idle']);
    expect(supervisor.find(GUI, LABEL)?.pended).toBe('speculative');
    supervisor.onDemandOnly(GUI, false);
    expect([state(), state('org.example.kept')]).toEqual(['running', 'running']);
    expect(supervisor.find(GUI, LABEL)?.pended).toBeNull();
    expect(spawner.starts).toHaveLength(2);
  });

  it('pends a restart whose throttle ends meanwhile, for the reason it had', () => {
    const { supervisor, spawner, load, clock, startTimes } = createEngine();
    load({ KeepAlive: true });
    clock.advance(2000);
    spawner.end(LABEL, CRASH);
    supervisor.onDemandOnly(GUI, true);
    clock.advance(60_000);
    expect(supervisor.find(GUI, LABEL)?.pended).toBe('inefficient');
    expect(startTimes()).toEqual([0]);
    supervisor.onDemandOnly(GUI, false);
    expect(startTimes()).toEqual([0, 62]);
  });

  it('lets a kickstart through, which leaves nothing pended', () => {
    const { supervisor, load, spawner, state, clock } = createEngine();
    supervisor.onDemandOnly(GUI, true);
    load({ RunAtLoad: true });
    expect(supervisor.kickstart(GUI, LABEL, { kill: false }, () => {})).toBe('accepted');
    expect(state()).toBe('running');
    clock.advance(60_000);
    spawner.end(LABEL, { code: 0 });
    supervisor.onDemandOnly(GUI, false);
    expect(state()).toBe('idle');
    expect(spawner.starts).toHaveLength(1);
  });

  it('is no matter of other domains', () => {
    const { supervisor, load, state } = createEngine();
    supervisor.onDemandOnly('system', true);
    load({ RunAtLoad: true });
    expect(state()).toBe('running');
  });
});

describe('sleep', () => {
  it('misses StartInterval, and does not make up for it', () => {
    const { supervisor, spawner, load, clock, startTimes } = createEngine();
    spawner.behave(LABEL, { ends: { afterMs: 100, exit: { code: 0 } } });
    load({ StartInterval: 60 });
    clock.advance(90_000);
    supervisor.sleep(true);
    clock.advance(300_000);
    supervisor.sleep(false);
    clock.advance(60_000);
    expect(startTimes()).toEqual([0, 360]);
  });

  it('holds restarts back until the machine wakes; processes go on', () => {
    const { supervisor, spawner, load, clock, state, startTimes } = createEngine();
    load({ KeepAlive: true });
    load({ RunAtLoad: true }, 'org.example.other');
    clock.advance(60_000);
    supervisor.sleep(true);
    spawner.end(LABEL, CRASH);
    clock.advance(60_000);
    expect([state(), state('org.example.other')]).toEqual(['idle', 'running']);
    supervisor.sleep(false);
    expect(startTimes()).toEqual([0, 120]);
  });

  it('makes one start at the wake of any number of mounts', () => {
    const { supervisor, spawner, load, clock, mount } = createEngine();
    spawner.behave(LABEL, { ends: { afterMs: 100, exit: { code: 0 } } });
    load({ StartOnMount: true });
    supervisor.sleep(true);
    for (let count = 0; count < 3; count += 1) mount();
    expect(spawner.starts).toHaveLength(0);
    supervisor.sleep(false);
    clock.advance(60_000);
    expect(spawner.starts).toHaveLength(1);
  });

  it('stops nothing from being taken out', () => {
    const { supervisor, load, clock, state } = createEngine();
    load({ KeepAlive: true });
    supervisor.sleep(true);
    supervisor.remove(GUI, LABEL);
    clock.advance(0);
    expect(state()).toBe('gone');
  });
});

describe('the end of a session', () => {
  it('takes the jobs of its domain out and starts none meanwhile; other domains stay', () => {
    const { supervisor, spawner, load, clock, state } = createEngine();
    load({ KeepAlive: true });
    load({ KeepAlive: when({ OtherJobActive: when({ [LABEL]: false }) }) }, 'org.example.successor');
    spawner.behave(LABEL, { onTerm: { afterMs: 2000, exit: { code: 0 } } });
    load({ KeepAlive: true, ExitTimeOut: 0 }, 'org.example.stubborn');
    spawner.behave('org.example.stubborn', { onTerm: 'ignored' });
    let ended = 0;
    supervisor.endDomain(GUI, () => {
      ended += 1;
    });
    expect(state('org.example.successor')).toBe('gone');
    clock.advance(20_000);
    expect(ended).toBe(1);
    expect(supervisor.list(GUI)).toEqual([]);
    load({ RunAtLoad: true });
    expect(state()).toBe('running');
  });

  it('is told at once where there is nothing', () => {
    let ended = 0;
    createEngine().supervisor.endDomain('system', () => {
      ended += 1;
    });
    expect(ended).toBe(1);
  });
});
