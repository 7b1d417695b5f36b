import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../port.ts';

/** The form of a recorded run; another number is another form. */
export const FORMAT = 1;
export const ABOUT = 'run.json';
export const PARTS = ['calls.jsonl', 'jobs.jsonl', 'observed.json', 'results.json'] as const;

/** `run.json`, written last: a run without it was interrupted. */
export interface About {
  readonly format: number;
  readonly launchd: 'embedded' | 'apple';
  /** `macOS 15.5 (24F74)`; of the embedded launchd, what it plays. */
  readonly os: string;
  readonly arch: string;
  readonly root: boolean;
  /** ISO 8601, UTC. */
  readonly recorded: string;
  /** SHA-256 of each part. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface Call extends Answer {
  readonly scenario: string;
  readonly args: readonly string[];
}

export interface RecordedJob {
  readonly label: string;
  readonly path: string;
  /** XML. */
  readonly plist: string;
}

export interface Observed {
  readonly question: string;
  readonly scenario: string;
  readonly answer: string;
}

export interface Result {
  readonly scenario: string;
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'unfinished';
  readonly message?: string;
}

/** What a folder holds, checked. */
export interface Run {
  readonly about: About;
  readonly calls: readonly Call[];
  readonly jobs: readonly RecordedJob[];
  readonly observed: readonly Observed[];
  readonly results: readonly Result[];
}

/** A folder that is no run, or not the one that was recorded. The message says what and where, and what to do next. */
export class RunRefused extends Error {}

/** Folders with a run: this one, or those below it, as in an artifact of several machines. */
export function findRuns(folder: string): readonly string[] {
  if (!existsSync(folder))
    throw new RunRefused(`There is no folder ${folder}. Name the one that the run was recorded into.`);
  if (!statSync(folder).isDirectory())
    throw new RunRefused(`${folder} is no folder. If it is an archive, unpack it first.`);
  const found = search(folder, 3);
  if (found.length === 0)
    throw new RunRefused(
      `${folder} holds no run: there is no ${ABOUT}. It is written last, so the run may have been interrupted; record it again.`,
    );
  return found;
}

function search(folder: string, depth: number): readonly string[] {
  if (existsSync(join(folder, ABOUT))) return [folder];
  if (depth === 0) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => search(join(folder, name), depth - 1));
}

/** Reads a run. Throws RunRefused where it is not as it was recorded. */
export function readRun(folder: string): Run {
  const about = json(join(folder, ABOUT)) as Partial<About>;
  if (about.format !== FORMAT)
    throw new RunRefused(
      `${join(folder, ABOUT)} has the form ${JSON.stringify(about.format)}, and ${FORMAT} is read here. Use the suite that recorded it, or record it again.`,
    );
  const { launchd, os, arch, root, recorded, parts } = about;
  if (
    (launchd !== 'embedded' && launchd !== 'apple') ||
    typeof os !== 'string' ||
    typeof arch !== 'string' ||
    typeof root !== 'boolean' ||
    typeof recorded !== 'string' ||
    typeof parts !== 'object' ||
    parts === null
  )
    throw new RunRefused(
      `${join(folder, ABOUT)} does not tell which launchd was asked, where and when. Record it again.`,
    );
  const texts = new Map<string, string>();
  for (const name of PARTS) {
    const path = join(folder, name);
    if (!existsSync(path))
      throw new RunRefused(`${path} is missing. Copy the whole folder again, or record it again.`);
    const text = readFileSync(path, 'utf8');
    if (digest(text) !== parts[name])
      throw new RunRefused(
        `${path} is not what was recorded: it has been changed or cut off. Copy it again, or record it again.`,
      );
    texts.set(name, text);
  }
  const lines = (name: string): unknown[] =>
    (texts.get(name) ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return {
    about: { format: FORMAT, launchd, os, arch, root, recorded, parts },
    calls: lines('calls.jsonl') as Call[],
    jobs: lines('jobs.jsonl') as RecordedJob[],
    observed: JSON.parse(texts.get('observed.json') ?? '[]'),
    results: JSON.parse(texts.get('results.json') ?? '[]'),
  };
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function json(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new RunRefused(`${path} cannot be read: ${(error as Error).message}. Record the run again.`);
  }
}
