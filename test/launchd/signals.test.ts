import { describe, expect, it } from 'vitest';
import {
  describeSignal,
  parseSignal,
  SIGNALS,
  signalByName,
  signalByNumber,
} from '../../src/launchd/signals.ts';

describe('signals of Darwin', () => {
  it.each([
    [1, 'SIGHUP', 'Hangup'],
    [4, 'SIGILL', 'Illegal instruction'],
    [5, 'SIGTRAP', 'Trace/BPT trap'],
    [6, 'SIGABRT', 'Abort trap'],
    [7, 'SIGEMT', 'EMT trap'],
    [9, 'SIGKILL', 'Killed'],
    [10, 'SIGBUS', 'Bus error'],
    [11, 'SIGSEGV', 'Segmentation fault'],
    [12, 'SIGSYS', 'Bad system call'],
    [15, 'SIGTERM', 'Terminated'],
    [30, 'SIGUSR1', 'User defined signal 1'],
    [31, 'SIGUSR2', 'User defined signal 2'],
  ])('%d is %s', (number, name, text) => {
    expect(signalByNumber(number)).toEqual({ number, name, text });
    expect(signalByName(name)?.number).toBe(number);
    expect(describeSignal(number)).toBe(`${text}: ${number}`);
  });

  it('has 31 of them, every one found by its name and number', () => {
    expect(SIGNALS).toHaveLength(31);
    for (const signal of SIGNALS) {
      expect(signalByName(signal.name)).toBe(signal);
      expect(parseSignal(String(signal.number))).toBe(signal);
    }
  });

  it('knows the other names of Linux, and the signals that Darwin lacks', () => {
    expect(signalByName('SIGIOT')?.number).toBe(6);
    expect(signalByName('SIGPOLL')?.number).toBe(23);
    expect(signalByName('SIGPWR')).toBeNull();
    expect(signalByName('SIGSTKFLT')).toBeNull();
  });

  it('reads what a person types', () => {
    for (const text of ['SIGTERM', 'TERM', 'term', 'sigterm', '15'])
      expect(parseSignal(text)?.number, text).toBe(15);
    for (const text of ['', '0', '32', '-9', 'SIG', 'nope', '015'])
      expect(parseSignal(text), text).toBeNull();
  });

  it('says so when it does not know a number', () => {
    expect(describeSignal(40)).toBe('Unknown signal: 40');
  });
});
