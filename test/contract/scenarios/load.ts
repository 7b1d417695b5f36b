import { expect } from 'vitest';
import { expectRefused, load, loadRunning, printed, SILENT, TEXT, target, whenGone } from '../judge.ts';
import type { Port, Scenario } from '../port.ts';

const WITHOUT_LABEL = plist('<key>Program</key><string>/bin/sh</string>');

/** `bootstrap` of this path is refused with this code (root), and loads nothing. */
function refusal(what: string, code: number, path: (port: Port) => string): Scenario {
  return {
    name: `bootstrap of ${what}: ${code} as root, else 5 with a hint (facts §1, §3.4)`,
    async run(port) {
      expectRefused(port, await port.call('bootstrap', port.gui, path(port)), 'Bootstrap failed', [code]);
      expect((await port.call('print', port.gui)).stdout).not.toContain('refused-by-contract');
    },
  };
}

export const LOAD_SCENARIOS: readonly Scenario[] = [
  refusal('a path where nothing is', 108, (port) => port.nowhere('missing.plist')),
  refusal('a file that is no property list', 109, (port) => port.write('garbage.plist', 'Label: nothing\n')),
  refusal('a broken property list', 109, (port) =>
    port.write('broken.plist', '<?xml version="1.0"?>\n<plist version="1.0"><dict><key>Label</key>'),
  ),
  refusal('a plist without a label', 110, (port) => port.write('no-label.plist', WITHOUT_LABEL)),
  refusal('a plist without a program', 111, (port) =>
    port.write(
      'no-program.plist',
      plist('<key>Label</key><string>com.example.reconcile-contract.refused-by-contract</string>'),
    ),
  ),
  ...[0o664, 0o646].map(
    (mode): Scenario => ({
      name: `bootstrap of a plist of mode ${mode.toString(8)}: 122 as root, with its path; else 5 (facts §3.7, sample load-122)`,
      async run(port) {
        const { label } = port.job(`writable-${mode}`, { kind: 'runs' });
        const path = port.write(`${label}.${mode}.plist`, plistOf(label, '/bin/sh'), mode);
        const answer = await port.call('bootstrap', port.gui, path);
        const code = expectRefused(port, answer, 'Bootstrap failed', [122]);
        if (code === 122)
          expect(answer.stderr).toBe(`${path}: ${TEXT[122]}\nBootstrap failed: 122: ${TEXT[122]}\n`);
        expect((await port.call('print', `${port.gui}/${label}`)).code).toBe(113);
      },
    }),
  ),
  ...[0o600, 0o444, 0o700].map(
    (mode): Scenario => ({
      name: `a plist of mode ${mode.toString(8)} is fine (facts §3.7)`,
      async run(port) {
        const { label } = port.job(`private-${mode}`, { kind: 'runs' });
        const path = port.write(`${label}.${mode}.plist`, plistOf(label, '/bin/sh'), mode);
        expect(await port.call('bootstrap', port.gui, path)).toEqual(SILENT);
      },
    }),
  ),
  {
    name: 'a program that does not exist is no reason to refuse: 0 does not mean running (facts §3.3)',
    async run(port) {
      const job = port.job('missing-program', { kind: 'missing' }, { RunAtLoad: true });
      await load(port, job);
      await printed(port, job);
    },
  },
  {
    name: 'bootstrap of a loaded job: 37, older systems 17, 5 for whoever is not root (facts §3.3, §3.4)',
    async run(port) {
      const job = port.job('twice', { kind: 'runs' }, { RunAtLoad: true });
      const { pid } = await loadRunning(port, job);
      expectRefused(port, await port.call('bootstrap', port.gui, job.path), 'Bootstrap failed', [37, 17, 5]);
      expect(await printed(port, job)).toMatchObject({ state: 'running', pid, runs: 1 });
    },
  },
  {
    name: 'an agent without session type is for the graphical session: 134 in user/UID (facts §3.1, sample bootstrap-134)',
    async run(port) {
      const job = port.job('aqua', { kind: 'runs' });
      expectRefused(port, await port.call('bootstrap', port.user, job.path), 'Bootstrap failed', [134]);
      expect((await port.call('print', target(port, job, port.user))).code).toBe(113);
    },
  },
  {
    name: 'an agent for Background is refused in gui/UID, loads into user/UID, and only there is it found (facts §3.1)',
    async run(port) {
      const job = port.job('background', { kind: 'runs' }, { LimitLoadToSessionType: 'Background' });
      expectRefused(port, await port.call('bootstrap', port.gui, job.path), 'Bootstrap failed', [134]);
      expect(await port.call('bootstrap', port.user, job.path)).toEqual(SILENT);
      const { text } = await printed(port, job, port.user);
      // No graphical session: no [ASID] and nothing inherited from one (facts §4.1).
      expect(text).toContain(`\n\tdomain = ${port.user}\n`);
      expect(await port.call('print', target(port, job))).toMatchObject({ code: 113, stdout: '' });
      expect(await port.call('bootout', target(port, job, port.user))).toEqual(SILENT);
      await whenGone(port, job, port.user);
    },
  },
  {
    name: 'an agent for Aqua and Background loads into either domain (facts §3.1)',
    async run(port) {
      const job = port.job('both', { kind: 'runs' }, { LimitLoadToSessionType: ['Aqua', 'Background'] });
      for (const domain of [port.gui, port.user]) {
        expect(await port.call('bootstrap', domain, job.path)).toEqual(SILENT);
        await printed(port, job, domain);
      }
    },
  },
  ...(
    [
      ['UserName', 114, 'user'],
      ['GroupName', 115, 'group'],
    ] as const
  ).map(
    ([key, code, word]): Scenario => ({
      name: `a daemon for a ${word} that does not exist: ${code} (facts §1, §3.4); agents have no ${key}, it is passed over`,
      async run(port) {
        const job = port.job(`nobody-${word}`, { kind: 'runs' }, { [key]: 'no-such-name-anywhere' });
        // On a Mac only root may load a daemon.
        if (port.launchd === 'embedded')
          expectRefused(port, await port.call('bootstrap', 'system', job.path), 'Bootstrap failed', [code]);
        await load(port, job);
        expect(Object.keys((await printed(port, job)).fields)).not.toContain('username');
      },
    }),
  ),
  {
    name: 'bootstrap in a domain that does not exist: 125 (facts §3.2, sample bootstrap-125-domain)',
    async run(port) {
      const job = port.job('elsewhere', { kind: 'runs' });
      const answer = await port.call('bootstrap', 'gui/99999', job.path);
      expectRefused(port, answer, 'Bootstrap failed', [125]);
    },
  },
  {
    name: 'of several plists the good ones are loaded, each bad one is told, and the code is one of theirs or 133 (facts §3.3)',
    async run(port) {
      const good = port.job('good-of-several', { kind: 'runs' });
      const missing = port.nowhere('one-of-several.plist');
      const answer = await port.call('bootstrap', port.gui, missing, good.path);
      const code = expectRefused(port, answer, 'Bootstrap failed', [108, 133]);
      if (code !== 5) expect(answer.stderr).toContain(`${missing}: Invalid path\n`);
      await printed(port, good);
    },
  },
  {
    name: 'launchd keeps the definition of the moment of loading (facts §2.1)',
    async run(port) {
      const job = port.job('snapshot', { kind: 'runs' }, { ThrottleInterval: 33 });
      await load(port, job);
      port.write(`${job.label}.plist`, plistOf(job.label, '/bin/false'));
      const { text, minimumRuntime } = await printed(port, job);
      expect(minimumRuntime).toBe(33);
      expect(text).not.toContain('/bin/false');
    },
  },
];

function plist(inner: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${inner}</dict></plist>\n`;
}

function plistOf(label: string, program: string): string {
  return plist(`<key>Label</key><string>${label}</string><key>Program</key><string>${program}</string>`);
}
