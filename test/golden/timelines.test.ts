import { describe, expect, it } from 'vitest';
import { otherwise } from '../../src/commands/compare.ts';
import type { Style } from '../../src/report/style.ts';
import { renderSvg } from '../../src/report/timeline-svg.ts';
import { renderLookAhead } from '../../src/report/timeline-text.ts';
import type { LookAhead } from '../../src/simulate/look-ahead.ts';
import { HOST, PLACES } from '../desired/support.ts';
import { loadExample } from '../examples/load-example.ts';
import { ahead } from '../simulate/support.ts';
import { TIMELINES } from './timeline-cases.ts';

const PLAIN: Style = { color: false, unicode: true };

function look({ example, instance, exits, seconds, compare, wall }: (typeof TIMELINES)[number]) {
  const job = loadExample(example).jobs.find((each) => each.instance === instance);
  if (job === undefined) throw new Error(`no ${instance} in ${example}`);
  const others = compare.map((text) => otherwise(job, text, { host: HOST, places: PLACES }));
  const seen: LookAhead = ahead(job.plist, exits, seconds, others, instance, wall);
  return { job, seen };
}

/** The pictures as people see them; `npm run golden:update` draws them anew, to be looked at before they are committed. */
describe('timelines', () => {
  it.each(TIMELINES)('$name', async (timeline) => {
    const { job, seen } = look(timeline);
    const { style = PLAIN, columns = 80 } = timeline;
    await expect(renderLookAhead(job, seen, style, columns)).toMatchFileSnapshot(
      `timelines/${timeline.name}.txt`,
    );
  });

  it.each(TIMELINES.filter(({ drawing }) => drawing !== undefined))('$drawing is fresh', async (timeline) => {
    const { job, seen } = look(timeline);
    await expect(renderSvg(job, seen)).toMatchFileSnapshot(`../../docs/${timeline.drawing}`);
  });
});
