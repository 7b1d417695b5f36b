import { type Captured, readCaptured } from '../../launchd/captured.ts';
import { shapeOf } from '../print-shape.ts';
import type { Call, RecordedJob, Run } from './run.ts';

/** A text that becomes a fixture. */
export interface Capture extends Captured {
  readonly text: string;
}

/** A refusal in launchctl's words. */
export interface Refusal {
  readonly args: readonly string[];
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One text for each form that a run has seen: more of the same kind would prove nothing more. */
export function capturesOf({ calls, jobs }: Run): readonly Capture[] {
  const forms = new Map<string, Omit<Capture, 'reading' | 'text'> & { text: string }>();
  const names = new Set<string>();
  for (const call of calls) {
    const kind = kindOf(call);
    if (kind === null) continue;
    const form = JSON.stringify([kind, formOf(kind, call)]);
    const known = forms.get(form);
    if (known !== undefined) {
      // Of a list, the longest says the most.
      if (kind !== 'service' && call.stdout.length > known.text.length) known.text = call.stdout;
      continue;
    }
    const loaded = kind === 'service' ? jobOf(call, jobs) : null;
    const { args, stdout: text } = call;
    const capture = {
      file: freeName(names, kind, args),
      kind,
      args,
      loaded: loaded === null ? null : { plist: loaded.plist, path: loaded.path },
      text,
    };
    forms.set(form, capture);
  }
  return [...forms.values()].map((capture) => ({ ...capture, reading: readCaptured(capture, capture.text) }));
}

/** Each way in which a verb was refused, once. */
export function refusalsOf({ calls }: Run): readonly Refusal[] {
  const seen = new Map<string, Refusal>();
  for (const { args, code, stdout, stderr } of calls) {
    if (code === 0) continue;
    const words = stderr
      .replaceAll(/com\.example\.[\w.-]+/g, 'LABEL')
      .replaceAll(/\/\S+\.(?:plist|txt)/g, 'PATH');
    const key = JSON.stringify([args[0], code, words]);
    if (!seen.has(key)) seen.set(key, { args, code, stdout, stderr });
  }
  return [...seen.values()];
}

function kindOf({ args, code, stdout }: Call): Captured['kind'] | null {
  const [verb, target = '', ...more] = args;
  if (code !== 0 || stdout === '' || more.length > 0) return null;
  if (verb === 'print-disabled') return 'disabled';
  if (verb === 'list') return target === '' ? 'list' : 'list-label';
  if (verb !== 'print') return null;
  return /^(?:system|(?:gui|user)\/[0-9]+)$/.test(target) ? 'domain' : 'service';
}

/** What makes a text of this kind different from another, beside its values. */
function formOf(kind: Captured['kind'], { args, stdout }: Call): unknown {
  switch (kind) {
    case 'service': {
      const lines = stdout.split('\n');
      const from = lines.indexOf('\targuments = {') + 1;
      const rest = from === 0 ? lines : [...lines.slice(0, from), ...lines.slice(lines.indexOf('\t}', from))];
      const words = lines.filter((line) =>
        /^\t(?:state|type|spawn type|properties|domain|last [a-z ]*) = /.test(line),
      );
      // The name of a trigger holds the label.
      return [
        shapeOf(rest.slice(1).join('\n')).map((line) =>
          line.replaceAll(/com\.example\.[\w-]+\.[\w.-]+/g, 'LABEL'),
        ),
        words.map((line) => line.replace(/-?[0-9]+$/, 'N')),
      ];
    }
    case 'domain':
      return args;
    case 'disabled':
      return [args, stdout.includes(' => ')];
    case 'list':
      return null;
    case 'list-label':
      return shapeOf(stdout.replaceAll(/^\t\t".*";$/gm, ''));
  }
}

function jobOf({ args }: Call, jobs: readonly RecordedJob[]): RecordedJob | null {
  const label = (args[1] ?? '').split('/').at(-1);
  return jobs.find((job) => job.label === label) ?? null;
}

/** `service-header.txt`, from the last word of the label. */
function freeName(taken: Set<string>, kind: Captured['kind'], args: readonly string[]): string {
  const target = args[1] ?? '';
  const word =
    kind === 'list'
      ? ''
      : kind === 'domain' || kind === 'disabled'
        ? `-${target.split('/')[0]}`
        : `-${(target.split('/').at(-1) ?? '').replace(/^com\.example\.[\w-]+\./, '').replaceAll(/[^\w.-]/g, '_')}`;
  for (let count = 1; ; count += 1) {
    const name = `${kind}${word}${count === 1 ? '' : `-${count}`}.txt`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
