import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dict } from '../../src/model/plist.ts';
import { markerComments, parseMarker } from '../../src/plist/marker.ts';
import { readPlist } from '../../src/plist/read.ts';
import { writePlist } from '../../src/plist/write.ts';
import { bytesOf } from './values.ts';

const job = dict([['Label', 'local.demo']]);

describe('markerComments', () => {
  it('says whose the plist is, and what the job is for', () => {
    expect(markerComments({ stack: 'dotfiles', instance: 'k3s' }, 'Small Kubernetes')).toEqual([
      'managed by reconcile: stack "dotfiles", instance "k3s" - edit the reconcile file, not this one',
      'Small Kubernetes',
    ]);
  });

  it.each([null, '', '  \n'])('leaves out a description of %j', (description) => {
    expect(markerComments({ stack: 's', instance: 'i' }, description)).toHaveLength(1);
  });

  it('spells odd names in plain ASCII', () => {
    expect(markerComments({ stack: 'a"b\\c', instance: 'ü--->\n' }, null)[0]).toContain(
      'stack "a\\"b\\\\c", instance "\\u00fc-\\u002d\\u002d\\u003e\\n" - ',
    );
  });
});

describe('parseMarker', () => {
  it('brings back any names through a written plist, whatever the description says', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('--', '-->', '"', '\\', '\ud800', '', '-- -'),
    );
    const description = fc.option(
      fc.oneof(name, fc.constant('managed by reconcile: stack "x", instance "y" - z')),
    );
    fc.assert(
      fc.property(name, name, description, (stack, instance, words) => {
        const reading = readPlist(bytesOf(writePlist(job, markerComments({ stack, instance }, words))));
        expect(reading.ok && parseMarker(reading.comments)).toEqual({ stack, instance });
      }),
    );
  });

  it.each([
    'managed by reconcile',
    'managed by reconcile: stack dotfiles, instance k3s - edit',
    'managed by reconcile: stack "\\x", instance "k3s" - edit',
    'once managed by reconcile: stack "a", instance "b" - edit',
  ])('takes no other comment for it: %s', (comment) => {
    expect(parseMarker([comment])).toBeNull();
  });

  it('finds it behind other comments', () => {
    expect(parseMarker([' mine ', ...markerComments({ stack: 's', instance: 'i' }, null)])).toEqual({
      stack: 's',
      instance: 'i',
    });
  });
});
