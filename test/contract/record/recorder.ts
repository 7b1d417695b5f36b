import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_RELEASE } from '../../../src/emulator/dialect.ts';
import { writePlist } from '../../../src/plist/write.ts';
import type { Port } from '../port.ts';
import type { ProcessPort } from '../process-port.ts';
import { ABOUT, type About, digest, FORMAT, type Observed, PARTS, type Result } from './run.ts';
import { makeScrub } from './scrub.ts';

/** Writes down what launchctl answers, for `npm run contract:fixtures`. Nothing personal gets into the folder. */
export interface Recorder {
  /** The port for one scenario, listened to. */
  listen(scenario: string): Port;
  ended(scenario: string, outcome: Result['outcome'], message?: string): void;
  /** The run is complete. */
  close(): void;
}

/** @param folder is made; a run that lies there already is not written over */
export function openRecorder(folder: string, port: ProcessPort): Recorder {
  if (existsSync(join(folder, ABOUT)))
    throw new Error(`There is a run in ${folder} already. Name another folder, or remove it.`);
  mkdirSync(folder, { recursive: true });
  const scrub = makeScrub({
    home: userInfo().homedir,
    user: userInfo().username,
    host: hostname(),
    uid: port.uid,
    folder: port.folder,
    labelPrefix: port.labelPrefix,
    run: port.run,
  });
  const observed: Observed[] = [];
  const results = new Map<string, Result>();
  /** The last answer to each question of each scenario: what is asked again and again is written down when it changes. */
  const last = new Map<string, string>();
  const add = (part: (typeof PARTS)[number], value: unknown): void =>
    appendFileSync(join(folder, part), `${JSON.stringify(value)}\n`);
  for (const part of PARTS) writeFileSync(join(folder, part), '');

  return {
    listen(scenario) {
      results.set(scenario, { scenario, outcome: 'unfinished' });
      return {
        ...port,
        async call(...args) {
          const answer = await port.call(...args);
          const clean = scrub.answer(args, answer);
          const words = args.map(scrub.text);
          const key = JSON.stringify([scenario, words]);
          const said = JSON.stringify(clean);
          if (last.get(key) !== said) add('calls.jsonl', { scenario, args: words, ...clean });
          last.set(key, said);
          return answer;
        },
        job(name, program, keys) {
          const job = port.job(name, program, keys);
          const { label, path, plist } = job;
          add('jobs.jsonl', {
            label: scrub.text(label),
            path: scrub.text(path),
            plist: scrub.text(writePlist(plist)),
          });
          return job;
        },
        observe(question, answer) {
          observed.push({ question, scenario, answer: scrub.text(answer) });
        },
      };
    },
    ended(scenario, outcome, message) {
      const words = message === undefined ? {} : { message: scrub.text(message) };
      results.set(scenario, { scenario, outcome, ...words });
    },
    close() {
      const write = (part: (typeof PARTS)[number], value: unknown): void =>
        writeFileSync(join(folder, part), `${JSON.stringify(value, null, 2)}\n`);
      write('observed.json', observed);
      write('results.json', [...results.values()]);
      const about: About = {
        format: FORMAT,
        launchd: port.launchd,
        os: releaseOf(port),
        arch: process.arch,
        root: port.root,
        recorded: new Date().toISOString(),
        parts: Object.fromEntries(
          PARTS.map((part) => [part, digest(readFileSync(join(folder, part), 'utf8'))]),
        ),
      };
      writeFileSync(join(folder, ABOUT), `${JSON.stringify(about, null, 2)}\n`);
    },
  };
}

function releaseOf({ launchd }: Port): string {
  if (launchd === 'embedded')
    return `embedded, as macOS ${process.env['RECONCILE_EMBEDDED_OS'] || DEFAULT_RELEASE}`;
  const ask = (option: string): string =>
    execFileSync('/usr/bin/sw_vers', [option], { encoding: 'utf8' }).trim();
  return `macOS ${ask('-productVersion')} (${ask('-buildVersion')})`;
}
