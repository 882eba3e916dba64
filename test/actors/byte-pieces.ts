import fc from 'fast-check';

/** The bytes in pieces of the given sizes, over and over, each with its offset. */
export function pieces(
  bytes: Buffer,
  sizes: readonly number[],
): { bytes: Buffer; offset: number }[] {
  const all: { bytes: Buffer; offset: number }[] = [];
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    // A copy, as readers get it: it is overwritten when they have had it.
    all.push({ bytes: Buffer.from(bytes.subarray(offset, offset + size)), offset });
    offset += size;
  }
  return all;
}

/** Hands over each piece, and then spoils it: nobody may keep it. */
export function feed(
  reader: { push(bytes: Buffer, offset: number): void },
  bytes: Buffer,
  sizes: readonly number[],
): void {
  for (const piece of pieces(bytes, sizes)) {
    reader.push(piece.bytes, piece.offset);
    piece.bytes.fill('?');
  }
}

export const pieceSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
