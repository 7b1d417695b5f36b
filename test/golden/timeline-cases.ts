import { zoneNamed } from '../../src/launchd/time-zone.ts';
import type { Style } from '../../src/report/style.ts';
import type { Wall } from '../../src/simulate/wall.ts';

export interface TimelineCase {
  readonly name: string;
  readonly example: string;
  readonly instance: string;
  readonly exits: string;
  readonly seconds: number;
  readonly compare: readonly string[];
  /** Below `docs/`: what is drawn of it. */
  readonly drawing?: string;
  readonly style?: Style;
  readonly columns?: number;
  /** Default: noon of a day in July, UTC. */
  readonly wall?: Wall;
}

const OPENCLAW = { example: 'openclaw/reconcile.yaml', instance: 'gateway' } as const;
const LIMA = { example: 'lima/reconcile.yaml', instance: 'docker' } as const;

export const TIMELINES: readonly TimelineCase[] = [
  {
    ...OPENCLAW,
    name: 'openclaw',
    exits: '0@30s*2,1',
    seconds: 180,
    compare: ['on-failure', 'always'],
    drawing: 'timeline-openclaw.svg',
  },
  {
    ...LIMA,
    name: 'lima',
    exits: 'kill@3m,0@4m',
    seconds: 600,
    compare: ['never'],
    drawing: 'timeline-lima.svg',
  },
  { ...OPENCLAW, name: 'one-policy', exits: '0,0,1', seconds: 60, compare: [] },
  { ...LIMA, name: 'storm', exits: '1', seconds: 300, compare: [] },
  {
    ...LIMA,
    name: 'storm-in-ascii',
    exits: '1,segv,0',
    seconds: 300,
    compare: ['{policy: always, throttle: 60s}'],
    style: { color: false, unicode: false },
  },
  {
    ...LIMA,
    name: 'wide-and-coloured',
    exits: '1@45s,abrt@20s,0@1m,hang',
    seconds: 300,
    compare: ['{Crashed: false}', 'always'],
    style: { color: true, unicode: true },
    columns: 132,
  },
  { ...LIMA, name: 'very-narrow', exits: '1@2m,0@1m', seconds: 600, compare: [], columns: 20 },
  { ...LIMA, name: 'a-month', exits: '1', seconds: 30 * 86_400, compare: [] },
  {
    ...LIMA,
    name: 'while-a-path-exists',
    exits: '1@1m,hang',
    seconds: 300,
    compare: ['{run_while: {paths: {/Volumes/machines: true}}}'],
  },
  {
    example: 'dotfiles/reconcile.yaml',
    instance: 'clean-downloads',
    // Clocks go forward in the second night.
    name: 'by-the-calendar',
    exits: '0@2m,1@5m',
    seconds: 3 * 86_400,
    compare: [],
    wall: { loadedAt: Date.UTC(2026, 2, 27, 17, 12), zone: zoneNamed('Europe/Berlin') },
  },
];
