import { type JsonObject, parseRecord } from '../stream-reader.ts';

/**
 * The latest of lines of which each repeats all before it. It is parsed only when it is asked for, so a flood of them
 * costs no more than being received; the one before is kept too, since a kill tears the last.
 */
export class LatestLine {
  #lines: readonly string[] = [];

  keep(line: string): void {
    this.#lines = [line, ...this.#lines.slice(0, 1)];
  }

  /** What the lines led up to has been said in full. */
  clear(): void {
    this.#lines = [];
  }

  read(): JsonObject | null {
    return this.#lines.map(parseRecord).find((record) => record !== null) ?? null;
  }
}
