import type { Random } from './random.ts';

/** Bytes that mean something in most formats. */
const TELLING = [
  0x00, 0x01, 0x0f, 0x10, 0x1f, 0x20, 0x3c, 0x3e, 0x4f, 0x5f, 0x7f, 0x80, 0xaf, 0xdf, 0xfe, 0xff,
];

/** One change that needs to know nothing of the format. `others` are the seeds that a piece may be taken from. */
export function mutateBytes(bytes: Buffer, others: readonly Uint8Array[], random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const length = 1 + random.below(random.oneIn(4) ? 200 : 12);
  switch (random.below(8)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      for (let count = 1 + random.below(4); count > 0; count--) {
        const place = random.below(bytes.length);
        flipped[place] = (flipped[place] ?? 0) ^ (1 << random.below(8));
      }
      return flipped;
    }
    case 1: {
      const changed = Buffer.from(bytes);
      if (at < bytes.length) changed[at] = random.oneIn(2) ? random.pick(TELLING) : random.below(256);
      return changed;
    }
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4: {
      const other = random.pick(others);
      const from = random.below(other.length);
      return insert(bytes, at, other.subarray(from, from + length));
    }
    case 5: {
      const from = random.below(bytes.length);
      return insert(bytes, at, bytes.subarray(from, from + length));
    }
    case 6:
      return insert(bytes, at, Buffer.alloc(length, random.pick(TELLING)));
    default: {
      const other = random.pick(others);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length))]);
    }
  }
}

export function insert(bytes: Uint8Array, at: number, part: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
}
