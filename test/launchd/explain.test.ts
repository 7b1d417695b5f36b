import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainTopic, suggestTopics } from '../../src/launchd/explain.ts';
import { KEY_NOTES } from '../../src/launchd/key-notes.ts';
import { KEYS } from '../../src/launchd/keys.ts';

const headings = (topic: string) => explainTopic(topic)?.parts.map((part) => part.heading);
const text = (topic: string) =>
  explainTopic(topic)
    ?.parts.flatMap((part) => part.sentences)
    .join(' ');

describe('explainTopic', () => {
  it('says everything that a number can mean', () => {
    expect(headings('78')).toEqual(['launchctl', 'exit code']);
    expect(headings('1')).toEqual(['launchctl', 'exit code', 'signal']);
    expect(headings('127')).toEqual(['launchctl', 'exit code']);
    expect(headings('113')).toEqual(['launchctl', 'exit code']);
    expect(headings('9')).toEqual(['exit code', 'signal']);
    expect(headings('143')).toEqual(['launchctl', 'exit code']);
    expect(headings('99')).toEqual(['exit code']);
    expect(explainTopic('300')).toBeNull();
  });

  it('explains the codes that people meet', () => {
    expect(text('5')).toContain('Input/output error');
    expect(text('5')).toContain('already loaded');
    expect(text('78')).toContain('EX_CONFIG');
    expect(text('78')).toContain('log file cannot be opened');
    expect(text('113')).toContain('not loaded in this domain');
    expect(text('112')).toContain('no such domain');
    expect(text('127')).toContain('did not find the command');
    expect(text('127')).toContain('did not ship with the operating system');
    expect(text('137')).toContain('SIGKILL');
  });

  it('explains signals by name and by a negative number, as `list` shows them', () => {
    expect(explainTopic('SIGTERM')).toMatchObject({ topic: 'SIGTERM', kind: 'signal' });
    expect(explainTopic('kill')?.topic).toBe('SIGKILL');
    expect(explainTopic('-9')?.topic).toBe('SIGKILL');
    expect(text('SIGSEGV')).toContain('counts it as a crash');
    expect(text('SIGTERM')).toContain('not as a crash');
    expect(explainTopic('-99')).toBeNull();
  });

  it('explains names of codes', () => {
    expect(explainTopic('EIO')?.topic).toBe('5');
    expect(explainTopic('ex_config')?.topic).toBe('78');
    expect(explainTopic('service-disabled')?.topic).toBe('119');
  });

  it('explains keys in any letter case, and members by their own name', () => {
    expect(explainTopic('keepalive')?.topic).toBe('KeepAlive');
    expect(explainTopic(' KeepAlive.SuccessfulExit ')?.topic).toBe('KeepAlive.SuccessfulExit');
    expect(explainTopic('SuccessfulExit')?.topic).toBe('KeepAlive.SuccessfulExit');
    expect(text('KeepAlive')).toContain('leaves it down after a crash');
    expect(text('KeepAlive')).toContain('SuccessfulExit, Crashed, PathState');
    expect(text('ThrottleInterval')).toContain('from one start to the next');
    expect(text('ThrottleInterval')).toContain('a whole number from 1 to 4294967295');
    expect(text('UserName')).toContain('daemons only');
    expect(text('TimeOut')).toContain('ignores it');
    expect(text('JetsamProperties')).toContain('launchd_unchecked');
  });

  it('speaks in whole sentences of every key and number', () => {
    const topics = [
      ...KEYS.map((key) => key.path.join('.')),
      ...Array.from({ length: 160 }, (_, n) => `${n}`),
    ];
    for (const topic of topics)
      for (const part of explainTopic(topic)?.parts ?? expect.fail(`nothing on ${topic}`))
        for (const sentence of part.sentences) expect(sentence, topic).toMatch(/[.”"]$/);
  });

  it('has notes on real keys only', () => {
    const names = new Set(KEYS.map((key) => key.path.join('.')));
    for (const name of KEY_NOTES.keys()) expect(names).toContain(name);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (topic) => {
        explainTopic(topic);
        expect(suggestTopics(topic).length).toBeLessThan(20);
      }),
    );
  });
});

describe('suggestTopics', () => {
  it('offers keys, signals and names', () => {
    expect(suggestTopics('KeepAliev')).toEqual(['KeepAlive']);
    expect(suggestTopics('SIGTREM')).toEqual(['SIGTERM']);
    expect(suggestTopics('EX_CONFGI')).toEqual(['EX_CONFIG']);
    expect(suggestTopics('qqqqqqqqqq')).toEqual([]);
  });
});
