import type { Instance } from '../config/instance.ts';
import type { Diagnostic, Place, Severity } from '../model/diagnostic.ts';

/** Collects what is wrong with one instance, each at the place in the file where the value stands. */
export interface Problems {
  readonly found: readonly Diagnostic[];
  add(severity: Severity, code: string, field: string, message: string, hint: string): void;
  /** `field` is a path as in `Instance.places`: `restart.policy`, `command.0`. */
  error(code: string, field: string, message: string, hint: string): void;
  warn(code: string, field: string, message: string, hint: string): void;
  info(code: string, field: string, message: string, hint: string): void;
  /** An error at a place that no field names: a word within a text. */
  errorAt(code: string, place: Place, message: string, hint: string): void;
  /** Where a field stands; failing that, what it is part of; failing that, the instance. */
  placeOf(field: string): Place;
}

export function problemsOf(instance: Instance): Problems {
  const found: Diagnostic[] = [];
  const addAt = (severity: Severity, code: string, place: Place, message: string, hint: string): void => {
    found.push({ code, severity, message, ...place, hint });
  };
  const placeOf = (field: string): Place => nearestPlace(instance, field);
  const add: Problems['add'] = (severity, code, field, message, hint) =>
    addAt(severity, code, placeOf(field), message, hint);
  return {
    found,
    add,
    placeOf,
    error: (code, field, message, hint) => add('error', code, field, message, hint),
    warn: (code, field, message, hint) => add('warning', code, field, message, hint),
    info: (code, field, message, hint) => add('info', code, field, message, hint),
    errorAt: (code, place, message, hint) => addAt('error', code, place, message, hint),
  };
}

function nearestPlace(instance: Instance, field: string): Place {
  for (let path = field; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const place = Object.hasOwn(instance.places, path) ? instance.places[path] : undefined;
    if (place !== undefined) return place;
  }
  return instance.place;
}

/**
 * The place of a part of a text value. Exact when the value stands in the file as it is, plain or in quotes, on one line;
 * when it was interpolated, escaped or folded, its characters have moved, and the whole value is marked.
 */
export function placeWithin(place: Place, text: string, offset: number, length: number): Place {
  const quotes = place.length - text.length;
  if (text.includes('\n') || (quotes !== 0 && quotes !== 2)) return place;
  return { ...place, column: place.column + quotes / 2 + offset, length: Math.max(1, length) };
}

/** The one that stands later: an error that concerns two places stands there (interface §7). `files` in reading order. */
export function laterPlace(a: Place, b: Place, files: readonly string[]): Place {
  const order = files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column;
  return order > 0 ? a : b;
}
