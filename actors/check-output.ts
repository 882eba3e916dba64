/** What a check printed, however much that is: its size and hash as a whole, and the parts that a person reads. */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { AttemptFiles } from './attempt-files.ts';

/** Standard output first, then standard error. */
const STREAMS = ['stdout', 'stderr'] as const;

export interface CheckOutput {
  /** Of both streams, in UTF-16 code units. */
  readonly length: number;
  /** SHA-256 of both streams as UTF-8, one after the other, in hex. */
  readonly hash: string;
  /** Both streams; of each that is longer than the room for it, the middle is cut, and that is said. */
  readonly text: string;
}

/** @param room bytes of each stream that are read at most: a third of them from its beginning, the rest from its end */
export async function readCheckOutput(files: AttemptFiles, room: number): Promise<CheckOutput> {
  const hash = createHash('sha256');
  let length = 0;
  let text = '';
  for (const name of STREAMS) {
    for await (const piece of createReadStream(files.file(name), 'utf8')) {
      hash.update(piece);
      length += piece.length;
    }
    text += await excerpt(files.file(name), room);
  }
  return { length, hash: hash.digest('hex'), text };
}

/** Bytes that the check has printed up to now. */
export function printedBytes(files: AttemptFiles): number {
  return STREAMS.reduce(
    (total, name) => total + (statSync(files.file(name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

async function excerpt(path: string, room: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const read = async (from: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
      return buffer.subarray(0, bytesRead).toString('utf8');
    };
    if (size <= room) return await read(0, size);
    const head = Math.floor(room / 3);
    const tail = room - head;
    const note = `\n[… ${size - room} bytes cut here; the whole output is in ${path} …]\n`;
    return (await read(0, head)) + note + (await read(size - tail, tail));
  } finally {
    await file.close();
  }
}
