import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextRef } from '../machines/contracts.ts';
import { PREVIEW_LENGTH } from '../machines/contracts.ts';
import { writeDurably } from './durable-file.ts';
import type { Redactor } from './redaction.ts';

/** Where a text of a run is put: its folder, and what must not get there. */
export interface TextPlace {
  readonly folder: string;
  readonly redactor: Redactor;
}

/**
 * Writes a text without its secrets into the run folder and refers to it. `path` is relative to the run folder. It is
 * durable, since the journal's line that refers to it will be.
 */
export function writeText(place: TextPlace, path: string, text: string): TextRef {
  const clean = place.redactor.redactText(text);
  writeDurably(join(place.folder, path), clean);
  return {
    preview: clean.slice(0, PREVIEW_LENGTH),
    length: clean.length,
    hash: createHash('sha256').update(clean).digest('hex'),
    path,
  };
}

export function readText(place: TextPlace, ref: TextRef): string {
  return readFileSync(join(place.folder, ref.path), 'utf8');
}
