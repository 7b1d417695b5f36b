import { dict, type PlistValue } from '../model/plist.ts';
import { fail, MAX_DEPTH, quote } from './problem.ts';
import { dataOf, dateOf, integerOf } from './scalars.ts';

/** `bplist` + two characters; the trailer of 32 bytes stands at the end. */
const HEADER_LENGTH = 8;
const TRAILER_LENGTH = 32;
/** Seconds from 1970 to 2001, where the format's dates start. */
const DATE_EPOCH = 978_307_200;
/**
 * Objects may be shared, so a small file can stand for an endless tree. Counted in values and characters: as many for each
 * byte of the file, and some for every file.
 */
const MAX_EXPANSION = 20;
const FREE_EXPANSION = 1_000_000;
const GREATEST_UID = 0xffff_ffff;

interface Reading {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly offsetSize: number;
  readonly referenceSize: number;
  readonly count: number;
  /** Where the table of offsets starts and objects end. */
  readonly table: number;
  /** By offset. */
  readonly done: Map<number, Finished>;
  /** Offsets of the containers being read: meeting one again is a cycle. */
  readonly open: Set<number>;
  /** Bytes of content that may still be read: objects do not overlap, so all together are no more than the file. */
  left: number;
}

/**
 * A binary property list (`bplist0` and any character). Throws UnreadablePlist for whatever does not lie within the file's
 * own bounds, or takes more work than an honest file of its size. The checks of the trailer are those of CoreFoundation.
 */
export function readBinary(bytes: Uint8Array): PlistValue {
  if (bytes.length < HEADER_LENGTH + 1 + TRAILER_LENGTH) fail('This binary property list is cut off.');
  if (bytes[6] !== 0x30)
    fail('This binary property list has a version other than 0, which launchd does not read.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const trailer = bytes.length - TRAILER_LENGTH;
  const reading: Reading = {
    bytes,
    view,
    offsetSize: view.getUint8(trailer + 6),
    referenceSize: view.getUint8(trailer + 7),
    count: Number(view.getBigUint64(trailer + 8)),
    table: Number(view.getBigUint64(trailer + 24)),
    done: new Map(),
    open: new Set(),
    left: bytes.length,
  };
  const { offsetSize, referenceSize, count, table } = reading;
  const root = Number(view.getBigUint64(trailer + 16));
  const sound =
    offsetSize >= 1 &&
    offsetSize <= 8 &&
    referenceSize >= 1 &&
    referenceSize <= 8 &&
    table > HEADER_LENGTH &&
    count >= 1 &&
    root < count &&
    table + count * offsetSize === trailer &&
    256 ** referenceSize > count &&
    256 ** offsetSize > table &&
    offsetsLieBefore(reading);
  if (!sound)
    fail('This binary property list is damaged or cut off: its table of contents does not fit the file.');
  return readObject(reading, root, 0).value;
}

/** Of objects that nothing refers to, too. */
function offsetsLieBefore(reading: Reading): boolean {
  for (let index = 0; index < reading.count; index++)
    if (offsetOf(reading, index) >= reading.table) return false;
  return true;
}

function offsetOf({ table, offsetSize, view }: Reading, index: number): number {
  return uint(view, table + index * offsetSize, offsetSize);
}

interface Finished {
  readonly value: PlistValue;
  /** What it comes to when written out, in values and characters. */
  readonly expanded: number;
  /** Levels of containers in it. */
  readonly height: number;
}

function scalar(value: PlistValue, characters = 0): Finished {
  return { value, expanded: 1 + characters, height: 0 };
}

function readObject(reading: Reading, index: number, depth: number): Finished {
  if (index >= reading.count)
    fail('This binary property list is damaged: it refers to an object that it does not hold.');
  const at = offsetOf(reading, index);
  if (at < HEADER_LENGTH) return damaged();
  const known = reading.done.get(at);
  if (depth + (known?.height ?? 0) > MAX_DEPTH) fail(`Values are nested more than ${MAX_DEPTH} deep.`);
  if (known !== undefined) return known;
  if (reading.open.has(at)) fail('This binary property list is damaged: a value contains itself.');
  reading.open.add(at);
  const finished = decode(reading, at, depth);
  reading.open.delete(at);
  reading.done.set(at, finished);
  return finished;
}

function damaged(): never {
  return fail('This binary property list is damaged: an object lies outside its place.');
}

function decode(reading: Reading, at: number, depth: number): Finished {
  const marker = reading.view.getUint8(at);
  const low = marker & 0x0f;
  switch (marker >> 4) {
    case 0x0:
      if (marker === 0x08 || marker === 0x09) return scalar(marker === 0x09);
      return fail('This binary property list holds a null, which launchd does not know.');
    case 0x1:
      return scalar(readInteger(reading, at));
    case 0x2:
      if (low !== 2 && low !== 3) return damaged();
      return scalar({ kind: 'real', value: readFloat(reading, at + 1, 1 << low) });
    case 0x3:
      if (low !== 3) return damaged();
      return scalar(readDate(reading, at + 1));
    case 0x4: {
      const { start, count } = sized(reading, at);
      return scalar(dataOf(slice(reading, start, count)), count);
    }
    case 0x5:
    case 0x6: {
      const { start, count } = sized(reading, at);
      const value =
        marker >> 4 === 5 ? ascii(slice(reading, start, count)) : utf16(slice(reading, start, count * 2));
      return scalar(value, count);
    }
    case 0x8:
      return scalar(dict([['CF$UID', uidOf(reading, at, low + 1)]]), 1);
    case 0xa:
    case 0xc: // A set has no order, and no form of its own in XML.
      return readArray(reading, at, depth);
    case 0xd:
      return readDict(reading, at, depth);
    default:
      return fail(`This binary property list holds an object of an unknown type (0x${marker.toString(16)}).`);
  }
}

function readArray(reading: Reading, at: number, depth: number): Finished {
  const { start, count } = sized(reading, at);
  slice(reading, start, count * reading.referenceSize);
  const items: PlistValue[] = [];
  let expanded = 1;
  let height = 0;
  for (let i = 0; i < count; i++) {
    const item = readObject(reading, reference(reading, start, i), depth + 1);
    items.push(item.value);
    expanded = bounded(reading, expanded + item.expanded);
    height = Math.max(height, item.height);
  }
  return { value: items, expanded, height: height + 1 };
}

function readDict(reading: Reading, at: number, depth: number): Finished {
  const { start, count } = sized(reading, at);
  slice(reading, start, 2 * count * reading.referenceSize);
  const entries = new Map<string, PlistValue>();
  let expanded = 1;
  let height = 0;
  for (let i = 0; i < count; i++) {
    const key = readObject(reading, reference(reading, start, i), depth + 1);
    if (typeof key.value !== 'string')
      return fail('This binary property list is damaged: a key is no string.');
    if (entries.has(key.value)) {
      const name = quote(key.value);
      fail(
        `This binary property list holds the key ${name} twice in a dictionary; readers differ on which counts.`,
      );
    }
    const member = readObject(reading, reference(reading, start, count + i), depth + 1);
    entries.set(key.value, member.value);
    expanded = bounded(reading, expanded + key.expanded + member.expanded);
    height = Math.max(height, member.height);
  }
  return { value: dict(entries), expanded, height: height + 1 };
}

function bounded(reading: Reading, expanded: number): number {
  if (expanded > FREE_EXPANSION + MAX_EXPANSION * reading.bytes.length)
    fail('This binary property list stands for too many values.');
  return expanded;
}

function reference(reading: Reading, start: number, index: number): number {
  return uint(reading.view, start + index * reading.referenceSize, reading.referenceSize);
}

/** Length and start of the content of data, strings and containers; long ones are followed by an integer object. */
function sized(reading: Reading, at: number): { readonly start: number; readonly count: number } {
  const low = reading.view.getUint8(at) & 0x0f;
  if (low !== 0x0f) return { start: at + 1, count: low };
  const marker = slice(reading, at + 1, 1)[0] ?? 0;
  const size = 1 << (marker & 0x0f);
  if (marker >> 4 !== 1 || size > 16) return damaged();
  slice(reading, at + 2, size);
  return { start: at + 2 + size, count: uint(reading.view, at + 2, size) };
}

/** Bytes of an object; every read of content passes here, so none leaves the part of the file where objects lie. */
function slice(reading: Reading, start: number, length: number): Uint8Array {
  if (start + length > reading.table) return damaged();
  reading.left -= length;
  if (reading.left < 0) fail('This binary property list is damaged: its objects overlap.');
  return reading.bytes.subarray(start, start + length);
}

/** Big-endian; beyond 2^53 inexact, which is beyond every bound that it is compared with. */
function uint(view: DataView, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + view.getUint8(at + i);
  return value;
}

/** 1, 2 and 4 bytes are unsigned, 8 and 16 are signed. */
function readInteger(reading: Reading, at: number): PlistValue {
  const size = 1 << (reading.view.getUint8(at) & 0x0f);
  if (size > 16) return damaged();
  let value = 0n;
  for (const byte of slice(reading, at + 1, size)) value = (value << 8n) | BigInt(byte);
  if (size >= 8) value = BigInt.asIntN(size * 8, value);
  return integerOf(value) ?? fail('This binary property list holds an integer that is out of range.');
}

function readFloat(reading: Reading, start: number, size: number): number {
  slice(reading, start, size);
  return size === 4 ? reading.view.getFloat32(start) : reading.view.getFloat64(start);
}

function readDate(reading: Reading, start: number): PlistValue {
  const seconds = readFloat(reading, start, 8);
  return (
    dateOf((seconds + DATE_EPOCH) * 1000) ??
    fail('This binary property list holds a date that is out of range.')
  );
}

/** CoreFoundation keeps the last 64 bits, and refuses what is beyond 32. */
function uidOf(reading: Reading, at: number, size: number): number {
  let value = 0n;
  for (const byte of slice(reading, at + 1, size)) value = (value << 8n) | BigInt(byte);
  if (value > GREATEST_UID) fail('This binary property list holds a UID that is out of range.');
  return Number(value);
}

function ascii(bytes: Uint8Array): string {
  for (const byte of bytes)
    if (byte > 0x7f) return fail('This binary property list holds a string that is not ASCII.');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function utf16(bytes: Uint8Array): string {
  return Buffer.from(bytes).swap16().toString('utf16le');
}
