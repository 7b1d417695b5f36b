import type { Told } from '../model/loop.ts';
import type { LastExit } from '../model/service.ts';
import { diagnosticToJson } from './document.ts';

/** One line of `watch --json`: the event as JSON, its names in snake_case, its times in ISO 8601. Without a line end. */
export function eventToJson(event: Told): string {
  const { at, event: name, ...rest } = event;
  const members = Object.entries(rest).map(([key, value]) => [snake(key), member(key, value)] as const);
  return JSON.stringify({ time: iso(at), event: name, ...Object.fromEntries(members) });
}

function member(key: string, value: unknown): unknown {
  if (key === 'diagnostics' && Array.isArray(value)) return value.map(diagnosticToJson);
  if (/At$/.test(key) && typeof value === 'number') return iso(value);
  if (key === 'exits') return value as readonly LastExit[];
  if (key === 'writer') {
    const { name, writtenAt } = value as { readonly name: string | null; readonly writtenAt: number | null };
    return { name, written_at: writtenAt === null ? null : iso(writtenAt) };
  }
  return value;
}

const iso = (at: number): string => new Date(at).toISOString();

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
