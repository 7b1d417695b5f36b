import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/model/job.ts';
import { renderSvg } from '../../src/report/timeline-svg.ts';
import { when } from '../emulator/support.ts';
import { loadExample } from '../examples/load-example.ts';
import { ahead, plistOf } from '../simulate/support.ts';

const [example] = loadExample('openclaw/reconcile.yaml').jobs;
const job: Job = example ?? never();
function never(): never {
  throw new Error('the example declares a job');
}

/** Every element closed in order, every attribute quoted, no bare `&` or `<`; null when well-formed. */
function flaw(svg: string): string | null {
  const open: string[] = [];
  let rest = svg.trim();
  while (rest !== '') {
    const text = /^[^<]+/.exec(rest)?.[0];
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot);)/.test(text) || (open.length === 0 && text.trim() !== '')) return text;
      rest = rest.slice(text.length);
      continue;
    }
    const tag = /^<(\/?)([a-z]+)((?:\s+[a-zA-Z-]+="[^"<]*")*)\s*(\/?)>/.exec(rest);
    if (tag === null) return rest.slice(0, 60);
    const [whole, closing, name = '', , empty] = tag;
    if (closing === '/') {
      if (open.pop() !== name) return whole;
    } else if (empty === '') open.push(name);
    rest = rest.slice(whole.length);
  }
  return open.length === 0 ? null : open.join(' ');
}

const draw = (exits: string, seconds: number, name: Partial<Job> = {}) =>
  renderSvg(
    { ...job, ...name },
    ahead(plistOf({ KeepAlive: when({ SuccessfulExit: false }) }), exits, seconds, [
      plistOf({ RunAtLoad: true }),
    ]),
  );

describe('renderSvg', () => {
  it.each([
    ['few runs', '1,segv,0', 60],
    ['a run that goes on', 'hang', 60],
    ['a storm', '1', 3600],
    ['a month', 'segv', 30 * 86_400],
    ['one second', '0', 1],
  ])('%s: is well-formed, and says in words what it shows', (_name, exits, seconds) => {
    const svg = draw(exits, seconds);
    expect(flaw(svg)).toBeNull();
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="timeline-title timeline-desc"/);
    expect(svg).toMatch(/<title id="timeline-title">gateway: /);
    expect(svg).toMatch(/<desc id="timeline-desc">[^<]{60,}<\/desc>/);
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(svg).not.toMatch(/NaN|Infinity|undefined|width="-/);
    // However much happens, it stays a picture and no film.
    expect(svg.length).toBeLessThan(80_000);
  });

  it('shows a mark for each end while they can be told apart, and each kind by its own shape', () => {
    const svg = draw('1*2,segv,0', 60);
    const marks = [...svg.matchAll(/<g transform[^>]*><[a-z]+ class="(good|bad|crash)"/g)].map(
      ([, kind]) => kind,
    );
    // The last three and the first of the second track stand for the legend.
    expect(marks).toEqual(['bad', 'bad', 'crash', 'good', 'bad', 'good', 'bad', 'crash']);
  });

  it('keeps names from breaking out', () => {
    const svg = draw('0', 60, { instance: '<b>&"x', label: 'a\u001b]b</svg>' });
    expect(flaw(svg)).toBeNull();
    expect(svg).toContain('&lt;b&gt;&amp;&quot;x');
    expect(svg).toContain('a\\u001b]b&lt;/svg&gt;');
  });
});
