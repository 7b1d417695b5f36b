import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plistComments } from '../../../src/desired/decompile/comments.ts';
import { chooseNames } from '../../../src/desired/decompile/names.ts';
import { isAppleLabel } from '../../../src/launchd/domains.ts';
import { dict, isDict } from '../../../src/model/plist.ts';
import { readPlist } from '../../../src/plist/read.ts';
import { plist as anyJob } from '../../launchd/arbitrary-plist.ts';
import { imported, installed } from './support.ts';

const AGENTS = '/Users/ada/Library/LaunchAgents';

const xml = (label: string, content: string, before = ''): string => `<?xml version="1.0" encoding="UTF-8"?>
${before}<plist version="1.0">
<dict>
  <key>Label</key><string>${label}</string>
${content}
</dict>
</plist>
`;
const run = (...words: string[]): string =>
  `  <key>ProgramArguments</key><array>${words.map((word) => `<string>${word}</string>`).join('')}</array>`;
const at = (label: string): string => `${AGENTS}/${label}.plist`;
const plist = (label: string, content: string, before = '') =>
  installed(xml(label, content, before), at(label));

describe('a file for installed jobs', () => {
  it('has a prefix for the labels, names, and blank lines between the jobs', () => {
    const { yaml } = imported([
      plist('com.ada.sync', `${run('/bin/sync')}\n<key>StartInterval</key><integer>900</integer>`),
      plist(
        'com.ada.mail.fetch',
        `${run('/bin/fetch')}\n<key>KeepAlive</key><true/><key>RunAtLoad</key><true/>`,
      ),
      plist('org.example.agent', `${run('/bin/agent')}\n<key>RunAtLoad</key><true/>`),
    ]);
    expect(yaml).toBe(`version: 1
label_prefix: com.ada

instances:
  example-agent:
    label: org.example.agent
    command: /bin/agent
    restart: never

  mail.fetch:
    command: /bin/fetch
    restart: always

  sync:
    command: /bin/sync
    start: { every: 15m }
`);
  });

  it('says once what several jobs share: in a template with their names taken out, or in defaults', () => {
    const lima = (name: string) =>
      plist(
        `io.lima-vm.autostart.${name}`,
        `${run('/opt/homebrew/bin/limactl', 'start', name, '--foreground')}
<key>RunAtLoad</key><true/>
<key>WorkingDirectory</key><string>/Users/ada/.lima/${name}</string>
<key>StandardOutPath</key><string>launchd.stdout.log</string>
<key>StandardErrorPath</key><string>launchd.stderr.log</string>
<key>ProcessType</key><string>Background</string>`,
      );
    const other = plist(
      'com.ada.other',
      `${run('/bin/other')}\n<key>ProcessType</key><string>Background</string>`,
    );
    expect(imported([lima('k3s'), lima('docker'), lima('default'), other]).yaml).toBe(`version: 1
label_prefix: io.lima-vm.autostart

defaults:
  process_type: background

templates:
  limactl:
    command: /opt/homebrew/bin/limactl start \${instance} --foreground
    working_dir: ~/.lima/\${instance}
    restart: never
    stdout: launchd.stdout.log
    stderr: launchd.stderr.log

instances:
  default: { template: limactl }
  docker: { template: limactl }
  k3s: { template: limactl }

  other:
    label: com.ada.other
    command: /bin/other
    start: { at_load: false }
`);
  });

  it('keeps defaults out where they would mean something else', () => {
    const shared = '<key>ThrottleInterval</key><integer>30</integer>';
    const jobs = [
      plist('a.one', `${run('/bin/1')}${shared}<key>StartInterval</key><integer>60</integer>`),
      plist('a.two', `${run('/bin/2')}${shared}<key>StartInterval</key><integer>70</integer>`),
      plist('a.three', `${run('/bin/3')}${shared}<key>StartInterval</key><integer>80</integer>`),
    ];
    const { yaml } = imported(jobs);
    expect(yaml).not.toContain('defaults');
    expect(yaml.match(/throttle: 30s/g)).toHaveLength(3);
  });

  it('keeps the comments, at what they speak of', () => {
    const { yaml } = imported([
      plist(
        'com.ada.sync',
        `  <!-- Every quarter of an hour -->
  <key>StartInterval</key><integer>900</integer>
${run('/bin/sync')} <!-- from the
    other repository -->
  <key>Nice</key><integer>5</integer>
  <!-- <key>KeepAlive</key><true/> -->`,
        '<!-- Copies the mail.\n     Ask Ada. -->\n<!-- managed by reconcile: stack "x", instance "y" - edit the reconcile file, not this one -->\n',
      ),
    ]);
    expect(yaml).toBe(`version: 1
label_prefix: com.ada

instances:
  # Copies the mail.
  # Ask Ada.
  # <key>KeepAlive</key><true/>
  sync:
    # from the
    # other repository
    command: /bin/sync
    # Every quarter of an hour
    start: { every: 15m }
    nice: 5
`);
  });

  it('asks the environment for what looks secret, wherever it stands', () => {
    const words = [
      '/bin/x',
      '--api-key',
      'abcdef',
      '--password=hunter22',
      'https://ada:pa55word@example.org/',
      '--plain',
      'y',
    ];
    const sync = xml(
      'com.ada.sync',
      `${run(...words)}
<!-- was ghp_abcdefghijklmnopqrstuvwxyz0123456789 -->
<key>EnvironmentVariables</key><dict>
<key>API_TOKEN</key><string>s3cr3t</string><key>LANG</key><string>C</string>
</dict><key>RunAtLoad</key><true/>`,
    );
    const mail = xml(
      'com.ada.mail',
      `${run('/bin/sh', '-c', 'TOKEN=xyz123 exec mail "$HOME"')}
<key>EnvironmentVariables</key><dict><key>API_TOKEN</key><string>0ther</string></dict>`,
    );
    const { yaml, secrets } = imported([
      installed(sync, at('com.ada.sync')),
      installed(mail, at('com.ada.mail')),
    ]);
    expect(yaml).not.toMatch(/abcdef|hunter22|pa55word|s3cr3t|0ther|xyz123|ghp_/);
    expect(yaml).toContain('API_TOKEN: ${env.API_TOKEN}');
    expect(yaml).toContain('API_TOKEN: ${env.MAIL_API_TOKEN}');
    expect(yaml).toContain('"--password=${env.PASSWORD}"'.slice(1, -1));
    expect(yaml).toContain('https://ada:${env.URL_PASSWORD}@example.org/');
    expect(yaml).toContain('TOKEN=${env.TOKEN} exec mail');
    expect(secrets.map(({ env, path }) => `${env} ${path.join('.')}`)).toEqual([
      'API_KEY ProgramArguments.2',
      'PASSWORD ProgramArguments.3',
      'URL_PASSWORD ProgramArguments.4',
      'API_TOKEN EnvironmentVariables.API_TOKEN',
      'TOKEN ProgramArguments.2',
      'MAIL_API_TOKEN EnvironmentVariables.API_TOKEN',
    ]);
    const all = [installed(sync, at('com.ada.sync'), true)];
    const copied = imported(all, { withSecrets: true });
    expect(copied.secrets).toEqual([]);
    expect(copied.yaml).toMatch(/hunter22[\s\S]*# was ghp_[\s\S]*s3cr3t/);
  });

  it('refuses a label that was read already, in any letter case', () => {
    const { refused, jobs } = imported([
      plist('com.ada.sync', run('/bin/1')),
      installed(xml('com.ada.Sync', run('/bin/2')), `${AGENTS}/copy.plist`),
    ]);
    expect(jobs.map(({ label }) => label)).toEqual(['com.ada.sync']);
    expect(refused.map(({ path, refusal }) => [path, refusal.code])).toEqual([
      [`${AGENTS}/copy.plist`, 'import/twice'],
    ]);
  });

  it('is indented as the file that it is for, and takes back what the defaults there say', () => {
    const { yaml, jobs } = imported([plist('com.ada.web', `${run('/bin/web')}<key>RunAtLoad</key><true/>`)], {
      beside: {
        labelPrefix: 'com.ada',
        names: new Set(['web']),
        indent: 4,
        step: 4,
        resets: new Map([['com.ada.web', ['process_type']]]),
      },
    });
    expect(yaml).toBe(`    ada-web:
        label: com.ada.web
        command: /bin/web
        restart: never
        process_type: null
`);
    expect(jobs[0]?.instance).toBe('ada-web');
  });
});

describe('several jobs in one file', () => {
  const word = fc.constantFrom(
    ...['/bin/x', '--token', 'abc$', '${x}', '--password=hunter2', 'ghp_abcdefghijklmnopqrstuvwxyz0123'],
    ...[
      'https://a:b0b@c/',
      'a b',
      '~',
      '~/x',
      '/Users/ada/x',
      '--d=/Users/ada',
      'API_KEY=1 foo',
      "it's",
      'a"b',
    ],
    ...['Bearer abcdefghijklmnop', '$$', '${', 'TOKEN=${x}'],
  );
  const variables = fc.dictionary(fc.constantFrom('A', 'API_TOKEN', 'PATH', 'DB_URL'), word);
  const words = fc.array(word, { maxLength: 4 });
  const one = fc.record({
    any: anyJob,
    name: fc.constantFrom('job', 'web', 'db', 'x'),
    own: fc.record(
      {
        ProgramArguments: words.map((more) => ['/bin/x', ...more]),
        EnvironmentVariables: variables.map((each) => dict(Object.entries(each))),
      },
      { requiredKeys: [] },
    ),
  });

  it('come to the same, whatever they share and hide', () => {
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), fc.boolean(), (list, alike) => {
        const plists = list.map(({ any, name, own }, index) => ({
          path: `${AGENTS}/${index}.plist`,
          comments: { above: ['a note'], at: new Map([['KeepAlive', ['why']]]), hidSecret: false },
          plist: dict([
            ['Label', `com.${name}.${name}${index}`],
            ...Object.entries((alike ? (list[0]?.any ?? any) : any).entries),
            ...Object.entries(own),
          ]),
        }));
        const { jobs, refused, yaml } = imported(plists);
        if (jobs.length !== plists.length) throw new Error(JSON.stringify(refused));
        if (/hunter2|ghp_ab|b0b/.test(yaml)) throw new Error(yaml);
      }),
      { numRuns: 60 },
    );
  });
});

describe('names', () => {
  it.each([
    [['com.me.a', 'com.me.b', 'org.you.c'], 'com.me', ['a', 'b', 'c']],
    [['com.me.app.a', 'com.me.app.b', 'com.me.x'], 'com.me.app', ['a', 'b', 'x']],
    [['local.backup'], 'local', ['backup']],
    [['backup'], null, ['backup']],
    [['com.a.agent', 'org.b.agent'], null, ['a-agent', 'b-agent']],
    [['com.a.x', 'org.b.x'], null, ['x', 'b-x']],
    [['ai.it-1.0', 'x'], null, ['it-1-0', 'x']],
    [['.', 'a..'], null, ['job', 'a']],
  ])('of %j', (labels, prefix, names) => {
    const found = chooseNames(labels);
    expect(found.prefix).toBe(prefix);
    expect(labels.map((label) => found.names.get(label))).toEqual(names);
  });
});

/** Plists that others wrote: beside the repository, or wherever RECONCILE_PLISTS says. */
const SHARED =
  process.env['RECONCILE_PLISTS'] ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'plists');

/** Every readable plist there whose label can be declared; Apple's under another label, for the sake of their keys. */
function everyPlist() {
  const folders = [SHARED, join(SHARED, 'broken')].filter(existsSync);
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name !== 'MANIFEST.tsv' && name !== 'broken')
      .flatMap((name) => {
        const path = join(folder, name);
        const reading = readPlist(readFileSync(path));
        if (!reading.ok || !isDict(reading.value)) return [];
        const { entries } = reading.value;
        const label = entries['Label'];
        const own =
          typeof label === 'string' && isAppleLabel(label)
            ? label.replace(/^com\.apple/i, 'org.pear')
            : label;
        const comments =
          reading.source === null
            ? { above: [], at: new Map(), hidSecret: false }
            : plistComments(reading.source, false);
        return [{ path, plist: dict([...Object.entries(entries), ['Label', own]]), comments }];
      }),
  );
}

describe.skipIf(!existsSync(SHARED))(
  'plists of other people (skipped: no folder of them is beside the repository)',
  () => {
    it('come to the same, each by itself, but for those that launchd refuses too', () => {
      const all = everyPlist();
      expect(all.length).toBeGreaterThan(200);
      const refused = all.flatMap((each) => imported([each]).refused.map(({ refusal }) => refusal.code));
      expect(refused.sort()).toEqual(['import/no-label', 'import/nothing-to-run', 'label/invalid']);
    });

    it('come to the same in one file, two of one label aside', () => {
      const all = everyPlist();
      const { jobs, refused } = imported(all);
      const labels = new Set(all.flatMap(({ plist: { entries } }) => String(entries['Label']).toLowerCase()));
      expect(jobs.length).toBe(labels.size - 3);
      expect(new Set(refused.map(({ refusal }) => refusal.code))).toEqual(
        new Set(['import/twice', 'import/no-label', 'import/nothing-to-run', 'label/invalid']),
      );
    });
  },
);
