import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Port, Scenario } from './port.ts';
import type { ProcessPort } from './process-port.ts';
import { openRecorder, type Recorder } from './record/recorder.ts';
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
import { SOCKET_SCENARIOS } from './scenarios/sockets.ts';
import { STOP_SCENARIOS } from './scenarios/stop.ts';
import { THROTTLE_SCENARIOS } from './scenarios/throttle.ts';
import { TRIGGER_SCENARIOS } from './scenarios/triggers.ts';
import { USAGE_SCENARIOS } from './scenarios/usage.ts';

type Subjects = Readonly<Record<string, readonly Scenario[]>>;

/** What a user of launchctl may rely on, by subject. Each expectation is taken from what is known of launchd, not from ours. */
export const SUBJECTS: Subjects = {
  // The slowest first: the others run beside them.
  KeepAlive: KEEP_ALIVE_SCENARIOS,
  'the throttle': THROTTLE_SCENARIOS,
  'taking out': STOP_SCENARIOS,
  'open questions': [...OPEN_SCENARIOS, ...OPEN_WORDS],
  running: RUN_SCENARIOS,
  'how it ended': EXIT_SCENARIOS,
  'watched paths': PATH_SCENARIOS,
  sockets: SOCKET_SCENARIOS,
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
        if ((await runScenario(scenario, open(), null)) === 'skipped') context.skip();
      }),
    );
  });
}

/** Names the folder that runs are recorded into, each in one of its own: `embedded`, `apple`. */
const RECORD = process.env['RECONCILE_CONTRACT_RECORD'] || null;

/**
 * One launchd for all scenarios, several at a time, each with labels of its own.
 *
 * @param options.recorded whether it is recorded when RECONCILE_CONTRACT_RECORD is set
 */
export function testTogether(
  name: string,
  open: () => ProcessPort,
  options: { readonly skip?: boolean; readonly subjects?: Subjects; readonly recorded?: boolean } = {},
): void {
  describe.skipIf(options.skip ?? false).concurrent(name, () => {
    let port: ProcessPort | undefined;
    let recorder: Recorder | null = null;
    beforeAll(() => {
      port = open();
      if (RECORD !== null && options.recorded === true)
        recorder = openRecorder(resolve(RECORD, port.launchd), port);
    });
    afterAll(async () => {
      await port?.close();
      recorder?.close();
    }, CLEAN_UP_MS);
    forEachScenario(options.subjects ?? SUBJECTS, (scenario) =>
      it(scenario.name, timeLimit(scenario), async (context) => {
        if (port === undefined) throw new Error('There is no launchd to test.');
        if ((await runScenario(scenario, port, recorder)) === 'skipped') context.skip();
      }),
    );
  });
}

function timeLimit({ timeoutSeconds }: Scenario): { readonly timeout?: number } {
  return timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds * 1000 };
}

function forEachScenario(subjects: Subjects, register: (scenario: Scenario) => void): void {
  for (const [subject, scenarios] of Object.entries(subjects))
    describe(subject, () => {
      for (const scenario of scenarios) register(scenario);
    });
}

/** Asks one question. Throws what is different. */
export async function runScenario(
  scenario: Scenario,
  port: Port,
  recorder: Recorder | null,
): Promise<'passed' | 'skipped'> {
  const { name } = scenario;
  if (scenario.where?.(port) === false) {
    recorder?.ended(name, 'skipped');
    return 'skipped';
  }
  try {
    await scenario.run(recorder?.listen(name) ?? port);
    recorder?.ended(name, 'passed');
    return 'passed';
  } catch (error) {
    recorder?.ended(name, 'failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
}
