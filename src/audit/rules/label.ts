import { posix } from 'node:path';
import { placeholderIn } from '../job.ts';
import type { Hit, Rule } from '../rule.ts';

const fileName: Rule = {
  code: 'label/file-name',
  severity: 'warning',
  title: 'Label and file name differ',
  why: 'Tools and people look for LABEL.plist: they miss this job, or write a second file for the same label.',
  bad: '<!-- backup.plist -->\n<key>Label</key><string>net.me.backup</string>',
  good: '<!-- net.me.backup.plist -->\n<key>Label</key><string>net.me.backup</string>',
  check({ label, path }): readonly Hit[] {
    if (label === null || path === null || !path.endsWith('.plist')) return [];
    const name = posix.basename(path, '.plist');
    if (name === label) return [];
    const isCase = name.toLowerCase() === label.toLowerCase();
    return [
      {
        path: ['Label'],
        message: isCase
          ? `The label is "${label}" and the file is "${name}.plist": only the letter case differs.`
          : `The label is "${label}" and the file is "${name}.plist".`,
        fix: `Rename the file to ${label}.plist.`,
      },
    ];
  },
};

const whiteSpace: Rule = {
  code: 'label/white-space',
  severity: 'error',
  title: 'White space in the label',
  why: 'Scripts that take `launchctl list` apart by blanks see another label, and quoting goes wrong everywhere else.',
  bad: '<key>Label</key><string>net.me.my backup</string>',
  good: '<key>Label</key><string>net.me.my-backup</string>',
  check({ label }): readonly Hit[] {
    if (label === null || !/\s/.test(label)) return [];
    const better = label.trim().replace(/\s+/g, '-');
    return [
      {
        path: ['Label'],
        message: `The label "${label}" has white space.`,
        fix: `Call it ${better}.`,
        expected: better,
        edits: [{ op: 'set', path: ['Label'], value: better }],
      },
    ];
  },
};

const noDot: Rule = {
  code: 'label/no-domain',
  severity: 'info',
  title: 'A label without a dot',
  why: 'Labels are unique on a Mac, and a name turned round (net.example.backup) is what keeps them so.',
  bad: '<key>Label</key><string>backup</string>',
  good: '<key>Label</key><string>net.me.backup</string>',
  check({ label }): readonly Hit[] {
    if (label === null || label === '' || label.includes('.')) return [];
    return [
      {
        path: ['Label'],
        message: `The label is just "${label}".`,
        fix: 'Put a domain of yours in front, turned round: net.me.NAME.',
      },
    ];
  },
};

const apples: Rule = {
  code: 'label/apple',
  severity: 'warning',
  title: 'A label of Apple’s for a job that is not',
  why: 'macOS keeps com.apple. for itself: newer versions refuse such labels, and updates may bring a job of that name.',
  bad: '<key>Label</key><string>com.apple.backup</string>',
  good: '<key>Label</key><string>net.me.backup</string>',
  check({ label, isApples }): readonly Hit[] {
    if (isApples || label === null || !/^com\.apple\./i.test(label)) return [];
    return [
      {
        path: ['Label'],
        message: `"${label}" begins like a job of macOS.`,
        fix: 'Use a prefix of your own.',
      },
    ];
  },
};

const example: Rule = {
  code: 'label/example',
  severity: 'info',
  title: 'The label of an example',
  why: 'The next recipe uses the same name, and then one job takes the place of the other.',
  bad: '<key>Label</key><string>com.example.backup</string>',
  good: '<key>Label</key><string>net.me.backup</string>',
  check({ label }): readonly Hit[] {
    if (label === null) return [];
    if (
      !/^(?:com|org|net|local)\.(?:example|user|yourname|your-?name|username|my-?company|mycorp|domain|yourdomain|foo|test)\b/i.test(
        label,
      )
    )
      return [];
    return [
      { path: ['Label'], message: `"${label}" comes from an example.`, fix: 'Use a prefix of your own.' },
    ];
  },
};

/** A label that is still to be filled in says nothing. */
const filledIn = (rule: Rule): Rule => ({
  ...rule,
  check: (job) => (placeholderIn(job.label ?? '') === null ? rule.check(job) : []),
});

export const LABEL_RULES: readonly Rule[] = [fileName, whiteSpace, noDot, apples, example].map(filledIn);
