import { insert, mutateBytes } from './mutate-bytes.ts';
import type { Random } from './random.ts';

const NUMBERS = [
  0n,
  1n,
  2n,
  7n,
  8n,
  0x7fn,
  0xffn,
  0x1_0000n,
  0x7fff_ffffn,
  0xffff_ffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];
const MARKERS = [
  0x00, 0x09, 0x10, 0x13, 0x14, 0x1f, 0x22, 0x23, 0x33, 0x4f, 0x5f, 0x6f, 0x80, 0x8f, 0xa1, 0xaf, 0xc1, 0xd1,
  0xdf,
];

/** One change of a binary property list that knows where its lengths, offsets and references stand. */
export function mutateBinary(bytes: Buffer, others: readonly Uint8Array[], random: Random): Buffer {
  if (bytes.length < 48 || random.oneIn(3)) return mutateBytes(bytes, others, random);
  const changed = Buffer.from(bytes);
  const trailer = changed.length - 32;
  const table = Number(changed.readBigUInt64BE(trailer + 24));
  switch (random.below(7)) {
    case 0:
      changed.writeBigUInt64BE(random.pick(NUMBERS), trailer + random.pick([8, 16, 24]));
      return changed;
    case 1:
      changed[trailer + random.pick([6, 7])] = random.pick([0, 1, 2, 3, 4, 7, 8, 9, 16, 255]);
      return changed;
    case 2:
    case 3: {
      // An entry of the table of offsets, or whatever stands there now.
      const place =
        table > 8 && table < trailer ? table + random.below(trailer - table) : random.below(trailer);
      changed[place] = random.oneIn(2) ? random.below(256) : (changed[8 + random.below(trailer - 8)] ?? 0);
      return changed;
    }
    case 4:
      changed[8 + random.below(trailer - 8)] = random.pick(MARKERS);
      return changed;
    case 5: {
      // A length that stands apart, of any size.
      const width = random.below(5);
      const size = Buffer.alloc(1 << width);
      size.writeUIntBE(Number(random.pick(NUMBERS) & 0xffn), size.length - 1, 1);
      if (size.length >= 8) size.writeBigUInt64BE(random.pick(NUMBERS), size.length - 8);
      const marker = Buffer.of(random.pick([0x4f, 0x5f, 0x6f, 0xaf, 0xcf, 0xdf]), 0x10 | width);
      Buffer.concat([marker, size]).copy(changed, 8 + random.below(trailer - 8));
      return changed;
    }
    default: {
      // Objects grow, and the table moves with them: what follows is still found, at places that are not its own.
      const part = Buffer.alloc(1 + random.below(64), random.pick(MARKERS));
      const grown = insert(changed, 8 + random.below(Math.max(1, Math.min(table, trailer) - 8)), part);
      grown.writeBigUInt64BE(BigInt(table + part.length) & (2n ** 64n - 1n), grown.length - 8);
      return grown;
    }
  }
}
