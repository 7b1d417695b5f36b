import { expect } from 'vitest';
import {
  expectRefused,
  load,
  loadRunning,
  overrides,
  printed,
  SILENT,
  target,
  whenGone,
  whenRunning,
} from '../judge.ts';
import type { Job, Port, Scenario } from '../port.ts';

/** The form of macOS 13 and later, and of macOS 12 and before (facts §4.3). */
const LAYOUT =
  /^\n?\t?disabled services = \{\n(?:\t*"[^"\n]+" => (?:disabled|enabled|true|false)\n)*\t?\}\n(?:[\s\S]*\n)?$/;

/** What disabling comes to at bootstrap: refused with 119 (others: 5); two reports say loaded and never run (facts §3.6). */
async function expectKeptOut(port: Port, job: Job): Promise<void> {
  const answer = await port.call('bootstrap', port.gui, job.path);
  if (answer.code === 0) {
    expect(port.launchd, 'ours refuses by default').toBe('apple');
    expect(await printed(port, job)).toMatchObject({ pid: null, runs: 0 });
    await port.call('bootout', target(port, job));
    await whenGone(port, job);
    return;
  }
  const code = expectRefused(port, answer, 'Bootstrap failed', [119]);
  // Sample bootstrap-119-disabled.
  if (code === 119)
    expect(answer.stderr).toBe(
      `${job.path}: Service is disabled\nBootstrap failed: 119: Service is disabled\n`,
    );
  expect((await port.call('print', target(port, job))).code).toBe(113);
}

export const OVERRIDE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'disable and enable say nothing, for labels that are not loaded too (facts §3.3)',
    async run(port) {
      const job = port.job('unknown-label', { kind: 'runs' });
      expect(await port.call('disable', target(port, job))).toEqual(SILENT);
      expect((await overrides(port, port.gui)).disabled[job.label]).toBe(true);
      expect(await port.call('enable', target(port, job))).toEqual(SILENT);
      // There is no way to take an entry away (facts §3.6).
      expect((await overrides(port, port.gui)).disabled[job.label]).toBe(false);
    },
  },
  {
    name: 'print-disabled: an empty line, the section one tab in, its entries two (facts §4.3, samples print-disabled/new-*)',
    async run(port) {
      const job = port.job('listed-override', { kind: 'runs' });
      await port.call('disable', target(port, job));
      const { text } = await overrides(port, port.gui);
      expect(text).toMatch(LAYOUT);
      if (port.launchd === 'embedded') expect(text).toMatch(/^\n\tdisabled services = \{\n[\s\S]*\n\t\}\n$/);
      if (port.launchd === 'embedded') expect(text).toContain(`\n\t\t"${job.label}" => disabled\n`);
      await port.call('enable', target(port, job));
      if (port.launchd === 'embedded')
        expect((await overrides(port, port.gui)).text).toContain(`\n\t\t"${job.label}" => enabled\n`);
    },
  },
  {
    name: 'gui/UID and user/UID share their overrides, the system domain has its own (facts §3.1, §3.6)',
    async run(port) {
      const job = port.job('shared-override', { kind: 'runs' });
      await port.call('disable', target(port, job, port.user));
      expect((await overrides(port, port.gui)).disabled[job.label]).toBe(true);
      expect((await overrides(port, port.user)).disabled[job.label]).toBe(true);
      expect((await overrides(port, 'system')).disabled[job.label]).toBeUndefined();
      // print DOMAIN holds the same section (facts §4.2).
      expect((await port.call('print', port.gui)).stdout).toMatch(
        new RegExp(`^\t\t"${job.label.replaceAll('.', '\\.')}" => (?:disabled|true)$`, 'm'),
      );
    },
  },
  {
    name: 'a disabled label cannot be loaded until it is enabled (facts §3.6, sample bootstrap-119-disabled)',
    async run(port) {
      const job = port.job('disabled', { kind: 'runs' }, { RunAtLoad: true });
      await port.call('disable', target(port, job));
      await expectKeptOut(port, job);
      await port.call('enable', target(port, job));
      await loadRunning(port, job);
    },
  },
  {
    name: 'the key Disabled counts until there is an override (facts §1, §3.6)',
    async run(port) {
      const job = port.job('disabled-key', { kind: 'runs' }, { RunAtLoad: true, Disabled: true });
      await expectKeptOut(port, job);
      // Only overrides are listed (facts §1).
      expect((await overrides(port, port.gui)).disabled[job.label]).toBeUndefined();
      await port.call('enable', target(port, job));
      await loadRunning(port, job);
    },
  },
  {
    name: 'disabling a loaded job leaves it loaded and running, enabling loads nothing (facts §3.6)',
    async run(port) {
      const job = port.job('disabled-late', { kind: 'runs' }, { RunAtLoad: true });
      const { pid } = await loadRunning(port, job);
      await port.call('disable', target(port, job));
      expect(await printed(port, job)).toMatchObject({ state: 'running', pid });
      await port.call('bootout', target(port, job));
      await whenGone(port, job);
      // The entry survives (facts §3.6).
      expect((await overrides(port, port.gui)).disabled[job.label]).toBe(true);
      await port.call('enable', target(port, job));
      expect((await port.call('print', target(port, job))).code).toBe(113);
    },
  },
  {
    name: 'enable, bootstrap, disable: loaded now and kept out at the next login (facts §3.6)',
    async run(port) {
      const job = port.job('disabled-again', { kind: 'runs' }, { RunAtLoad: true });
      await port.call('disable', target(port, job));
      await port.call('enable', target(port, job));
      await load(port, job);
      await port.call('disable', target(port, job));
      await whenRunning(port, job);
      expect((await overrides(port, port.gui)).disabled[job.label]).toBe(true);
    },
  },
];
