/** Order of strings by their UTF-8 bytes (which is the order of their code points); the same on every machine. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
