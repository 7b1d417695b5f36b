/** A binary property list put together by hand: the objects, one-byte references, two-byte offsets, object 0 on top. */
export function assemble(
  objects: readonly (readonly number[])[],
  trailer: Partial<Record<number, number>> = {},
): Uint8Array {
  const bytes = [...Buffer.from('bplist00')];
  const offsets = objects.map((object) => bytes.push(...object) - object.length);
  const table = bytes.length;
  for (const offset of offsets) bytes.push(offset >> 8, offset & 0xff);
  const tail = new Uint8Array(32);
  const view = new DataView(tail.buffer);
  tail[6] = 2;
  tail[7] = 1;
  view.setBigUint64(8, BigInt(objects.length));
  view.setBigUint64(24, BigInt(table));
  for (const [at, byte] of Object.entries(trailer)) tail[Number(at)] = byte as number;
  return Uint8Array.from([...bytes, ...tail]);
}
