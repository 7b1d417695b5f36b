import { createInterface } from 'node:readline';
import { ReconcileError } from '../model/errors.ts';
import { isCount, isRecord } from './parse-change.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Answers one kind of request; what it throws is told to the asker. `tell` sends an event before the answer. */
export type Handler = (fields: Fields, tell: (event: unknown) => void) => Promise<unknown>;

/** A request of this many characters is a fault, or an attack. */
const LINE_LIMIT = 16 * 1024 * 1024;

/**
 * Answers requests, one JSON object a line, until the asker closes the pipe or dies; then what is under way is finished.
 * Request: `{"id": 1, "do": NAME, …}`. Answers: `{"id": 1, "event": …}` any number of times, then `{"id": 1, "value": …}`
 * or `{"id": 1, "error": {"code", "message", "hint", "exitCode"}}`.
 */
export async function serveRequests(
  input: NodeJS.ReadableStream,
  write: (line: string) => void,
  handlers: Readonly<Record<string, Handler>>,
): Promise<void> {
  const pending = new Set<Promise<void>>();
  const say = (answer: Fields): void => write(`${JSON.stringify(answer)}\n`);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request = parseRequest(line);
    if (request === null) {
      say({ id: null, error: { code: 'protocol', message: 'That is no request.' } });
      break;
    }
    const { id, fields } = request;
    const handler = Object.hasOwn(handlers, request.name) ? handlers[request.name] : undefined;
    const work = answer(id, fields, handler).finally(() => pending.delete(work));
    pending.add(work);
  }
  await Promise.all(pending);

  async function answer(id: number, fields: Fields, handler: Handler | undefined): Promise<void> {
    try {
      if (handler === undefined) throw new Error('There is no such request.');
      say({ id, value: (await handler(fields, (event) => say({ id, event }))) ?? null });
    } catch (error) {
      const { message } = error as Error;
      const told =
        error instanceof ReconcileError
          ? { code: error.code, message, hint: error.hint ?? '', exitCode: error.exitCode }
          : { code: (error as NodeJS.ErrnoException).code ?? 'internal', message };
      say({ id, error: told });
    }
  }
}

function parseRequest(
  line: string,
): { readonly id: number; readonly name: string; readonly fields: Fields } | null {
  if (line.length > LINE_LIMIT) return null;
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value) || !isCount(value['id']) || typeof value['do'] !== 'string') return null;
    return { id: value['id'], name: value['do'], fields: value };
  } catch {
    return null;
  }
}
