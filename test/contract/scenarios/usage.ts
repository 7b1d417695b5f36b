import { expect } from 'vitest';
import { TEXT } from '../judge.ts';
import type { Scenario } from '../port.ts';

/** A user or session that nobody has. */
const NOBODY = '99999';

/** facts §3.3: 64 (Procursus) or 1; on a Mac nobody has looked (facts §7 no. 7). */
const USAGE_ERRORS = [64, 1];

export const USAGE_SCENARIOS: readonly Scenario[] = [
  ...[3, 5, 36, 37, 77, 113, 119, 122, 125, 127, 134, 150].map(
    (code): Scenario => ({
      name: `error ${code} gives the number and the text on standard output (facts §3.4, §4.6; samples launchctl-error-*)`,
      async run(port) {
        expect(await port.call('error', String(code))).toEqual({
          code: 0,
          stdout: `${code}: ${TEXT[code]}\n`,
          stderr: '',
        });
      },
    }),
  ),
  {
    name: 'an unknown subcommand is named (facts §3.3, sample unrecognized-subcommand-bootout)',
    async run(port) {
      const answer = await port.call('bootstrapp', port.gui);
      expect(answer.stdout).toBe('');
      expect(answer.stderr.split('\n')[0]).toBe('Unrecognized subcommand: bootstrapp');
      expect(USAGE_ERRORS).toContain(answer.code);
    },
  },
  ...['bootout', 'print', 'kickstart', 'enable'].map(
    (verb): Scenario => ({
      name: `${verb} of something that is no target says so (sample unrecognized-target)`,
      async run(port) {
        const answer = await port.call(verb, 'no-such-target');
        expect(answer.stdout).toBe('');
        expect(answer.stderr.split('\n')[0]).toBe('Unrecognized target specifier.');
        expect(USAGE_ERRORS).toContain(answer.code);
      },
    }),
  ),
  {
    name: 'bootout explains its targets below a complaint (sample bootout-wait-unsupported)',
    async run(port) {
      const answer = await port.call('bootout', 'no-such-target');
      expect(answer.stderr).toBe(
        [
          'Unrecognized target specifier.',
          'Usage: launchctl bootout <domain-target> [service-path1, service-path2, ...] | <service-target>',
          '<service-target> takes a form of <domain-target>/<service-id>.',
          '',
        ].join('\n'),
      );
    },
  },
  {
    name: 'print of a job that is not loaded: 113 and two lines (facts §3.3, samples print-113-service-*)',
    async run(port) {
      for (const [domain, words] of [
        [port.gui, `user gui: ${port.uid}`],
        ['system', 'system'],
      ])
        expect(await port.call('print', `${domain}/com.example.reconcile-contract.nobody`)).toEqual({
          code: 113,
          stdout: '',
          stderr: `Bad request.\nCould not find service "com.example.reconcile-contract.nobody" in domain for ${words}\n`,
        });
    },
  },
  {
    name: 'print in a domain that does not exist: 112, for a job and for the domain (facts §3.3, sample print-112-domain)',
    async run(port) {
      for (const target of [`gui/${NOBODY}`, `gui/${NOBODY}/com.example.reconcile-contract.nobody`])
        expect(await port.call('print', target)).toEqual({
          code: 112,
          stdout: '',
          stderr: `Bad request.\nCould not find domain for user gui: ${NOBODY}\n`,
        });
    },
  },
  {
    name: 'managername and manageruid tell whose launchd it is (facts §3.3)',
    async run(port) {
      const { code, stdout } = await port.call('managername');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^(Aqua|Background|LoginWindow|StandardIO|System)\n$/);
      expect(await port.call('manageruid')).toMatchObject({ code: 0, stdout: `${port.uid}\n` });
    },
  },
];
