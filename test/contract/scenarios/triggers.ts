import { expect } from 'vitest';
import { blockOf, load, map, printed } from '../judge.ts';
import type { Scenario } from '../port.ts';

/** The blocks `event triggers` and `event channels` of print. */
export const TRIGGER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'calendar: a trigger for each schedule, numbered below the label, with its fields (facts §2.8, §5; sample macos15-calendar)',
    async run(port) {
      const job = port.job(
        'calendar',
        { kind: 'runs' },
        {
          StartCalendarInterval: [
            map({ Minute: 30, Hour: 3 }),
            map({ Minute: 0, Hour: 4, Weekday: 1 }),
            map({ Day: 1, Month: 2, Hour: 5, Minute: 6 }),
          ],
        },
      );
      await load(port, job);
      const service = await printed(port, job);
      const triggers = Object.entries(service.blocks['event triggers']?.blocks ?? {});
      expect(triggers).toHaveLength(3);
      const escaped = job.label.replaceAll('.', '\\.');
      for (const [name, { fields }] of triggers) {
        expect(name).toMatch(new RegExp(`^${escaped}\\.[0-9]+$`));
        expect(fields).toMatchObject({
          keepalive: '0',
          service: job.label,
          stream: 'com.apple.launchd.calendarinterval',
        });
        expect(fields['monitor']).toMatch(/^com\.apple\.UserEventAgent-(Aqua|System)$/);
      }
      const text = service.text;
      for (const line of ['"Minute" => 30', '"Weekday" => 1', '"Day" => 1', '"Month" => 2'])
        expect(text).toContain(`\t\t\t\t${line}\n`);
      expect(blockOf(service, 'event channels')).toContain('"com.apple.launchd.calendarinterval" = {');
    },
  },
  ...['WatchPaths', 'QueueDirectories'].map(
    (key): Scenario => ({
      name: `${key}: one trigger with the paths in order (facts §2.8, §5; samples macos27-watchpaths, ipados18-queuedirectories)`,
      async run(port) {
        const paths = [port.nowhere('b'), port.nowhere('a')];
        const job = port.job(key.toLowerCase(), { kind: 'runs' }, { [key]: paths });
        await load(port, job);
        const { text } = await printed(port, job);
        expect(text).toMatch(
          new RegExp(
            [
              `\n\t\tcom\\.apple\\.launchd\\.${key} => \\{`,
              '\t\t\tkeepalive = 0',
              `\t\t\tservice = ${job.label.replaceAll('.', '\\.')}`,
              '\t\t\tstream = com\\.apple\\.fsevents\\.matching',
              '\t\t\tmonitor = com\\.apple\\.UserEventAgent-(?:Aqua|System)',
              '\t\t\tdescriptor = \\{',
              `\t\t\t\t"${key}" => \\[`,
              ...paths.map((path, index) => `\t\t\t\t\t${index} = "${path.replaceAll('.', '\\.')}"`),
              '\t\t\t\t\\]',
              '\t\t\t\\}',
              '\t\t\\}\n',
            ].join('\n'),
          ),
        );
      },
    }),
  ),
  {
    name: 'PathState: one trigger with each path and what it is to be (facts §5, sample macos26-pathstate)',
    async run(port) {
      const [one, two] = [port.nowhere('present'), port.nowhere('absent')];
      const job = port.job(
        'path-state',
        { kind: 'runs' },
        { KeepAlive: map({ PathState: map({ [one]: true, [two]: true }) }) },
      );
      await load(port, job);
      const { text, blocks } = await printed(port, job);
      expect(Object.keys(blocks['event triggers']?.blocks ?? {})).toEqual(['com.apple.launchd.PathState']);
      expect(text).toContain('\t\t\t\t"PathState" => {\n');
      for (const path of [one, two]) expect(text).toContain(`\t\t\t\t\t"${path}" => true\n`);
      expect(text).not.toContain('semaphores');
    },
  },
];
