import { afterAll, beforeAll, describe, it, type TestContext } from 'vitest';
import type { Port, Scenario } from './port.ts';
import { DOMAIN_SCENARIOS } from './scenarios/domain.ts';
import { EXIT_SCENARIOS } from './scenarios/exits.ts';
import { KEEP_ALIVE_SCENARIOS } from './scenarios/keep-alive.ts';
import { LAYOUT_SCENARIOS } from './scenarios/layout.ts';
import { LOAD_SCENARIOS } from './scenarios/load.ts';
import { OPEN_SCENARIOS } from './scenarios/open.ts';
import { OPEN_WORDS } from './scenarios/open-words.ts';
import { OVERRIDE_SCENARIOS } from './scenarios/overrides.ts';
import { PATH_SCENARIOS } from './scenarios/paths.ts';
import { PROCESS_SCENARIOS } from './scenarios/processes.ts';
import { RUN_SCENARIOS } from './scenarios/run.ts';
import { SHAPE_SCENARIOS } from './scenarios/shape.ts';
import { STOP_SCENARIOS } from './scenarios/stop.ts';
import { THROTTLE_SCENARIOS } from './scenarios/throttle.ts';
import { TRIGGER_SCENARIOS } from './scenarios/triggers.ts';
import { USAGE_SCENARIOS } from './scenarios/usage.ts';

type Subjects = Readonly<Record<string, readonly Scenario[]>>;

/** What a user of launchctl may rely on, by subject. Each expectation is taken from what is known of launchd, not from ours. */
const SUBJECTS: Subjects = {
  // The slowest first: the others run beside them.
  KeepAlive: KEEP_ALIVE_SCENARIOS,
  'the throttle': THROTTLE_SCENARIOS,
  'taking out': STOP_SCENARIOS,
  'open questions': [...OPEN_SCENARIOS, ...OPEN_WORDS],
  running: RUN_SCENARIOS,
  'how it ended': EXIT_SCENARIOS,
  'watched paths': PATH_SCENARIOS,
  processes: PROCESS_SCENARIOS,
  'enable and disable': OVERRIDE_SCENARIOS,
  loading: LOAD_SCENARIOS,
  'print of a job': [...LAYOUT_SCENARIOS, ...TRIGGER_SCENARIOS, ...SHAPE_SCENARIOS],
  'print of a domain, list': DOMAIN_SCENARIOS,
  usage: USAGE_SCENARIOS,
};

/** Hundreds of jobs may have to be taken out one by one. */
const CLEAN_UP_MS = 180_000;

/** A launchd of its own for each scenario: virtual time must not be moved by two. */
export function testEach(name: string, open: () => Port): void {
  describe(name, () => {
    forEachScenario(SUBJECTS, (scenario) =>
      it(scenario.name, async (context) => {
        await runScenario(scenario, open(), context);
      }),
    );
  });
}

/** One launchd for all scenarios, several at a time, each with labels of its own. */
export function testTogether(
  name: string,
  open: () => Port,
  options: { readonly skip?: boolean; readonly subjects?: Subjects } = {},
): void {
  describe.skipIf(options.skip ?? false).concurrent(name, () => {
    let port: Port | undefined;
    beforeAll(() => {
      port = open();
    });
    afterAll(() => port?.close(), CLEAN_UP_MS);
    forEachScenario(options.subjects ?? SUBJECTS, (scenario) =>
      it(scenario.name, async (context) => {
        if (port === undefined) throw new Error('There is no launchd to test.');
        await runScenario(scenario, port, context);
      }),
    );
  });
}

function forEachScenario(subjects: Subjects, register: (scenario: Scenario) => void): void {
  for (const [subject, scenarios] of Object.entries(subjects))
    describe(subject, () => {
      for (const scenario of scenarios) register(scenario);
    });
}

async function runScenario(scenario: Scenario, port: Port, context: TestContext): Promise<void> {
  if (scenario.where?.(port) === false) context.skip();
  await scenario.run(port);
}
