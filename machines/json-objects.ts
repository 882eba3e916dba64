import type { JsonMember } from './json-reader.ts';
import { readJsonObject } from './json-reader.ts';

interface Place {
  readonly from: number;
  /** Where the valid object before it ends. */
  readonly since: number;
  /** A backtick was opened and not closed before it on its line, not counting those inside of valid objects. */
  readonly inCodeSpan: boolean;
}

/** A JSON object in a text that is not inside another JSON object. */
export interface JsonObject extends Place {
  readonly to: number;
  readonly members: readonly JsonMember[];
  /** It stands between the braces of something that is no JSON, such as code. */
  readonly enclosed: boolean;
}

/** Something that begins like an object and is no JSON: broken JSON, code, or a brace in a sentence. */
export interface BrokenObject extends Place {
  /** Behind its closing brace; where that is missing, the end of the paragraph in which the reading failed. */
  readonly to: number;
  /** Where the reading failed, and why. */
  readonly at: number;
  readonly problem: string;
}

export interface JsonScan {
  readonly objects: readonly JsonObject[];
  readonly broken: readonly BrokenObject[];
}

type Valid = Omit<JsonObject, 'enclosed'>;

interface Opened extends Omit<BrokenObject, 'to'> {
  /** How many objects had been found when it began. */
  readonly objectsBefore: number;
  /** How many closing braces it still needs. */
  braces: number;
  to: number | null;
}

interface Scan {
  readonly text: string;
  readonly from: number;
  readonly end: number;
  readonly keys: ReadonlySet<string>;
  readonly spans: CodeSpans;
  readonly objects: Valid[];
  readonly opened: Opened[];
  readonly unclosed: Opened[];
  /** `steps[i]` is by how many enclosures object i is deeper than the one before. */
  readonly steps: number[];
}

/**
 * Finds all objects of a stretch of text, valid and broken, in the order in which they begin; `keys` as for
 * {@link readJsonObject}. Where an object breaks, the search goes on at that place, so the time is linear: what lay
 * before it is part of the broken one.
 */
export function scanJsonObjects(
  text: string,
  from: number,
  end: number,
  keys: ReadonlySet<string>,
): JsonScan {
  const lists = { objects: [], opened: [], unclosed: [], steps: [] };
  const scan: Scan = { text, from, end, keys, spans: codeSpans(text, from), ...lists };
  for (let at = from; at < end; ) {
    const character = text.charCodeAt(at);
    at = character === 0x7b ? takeObject(scan, at) : at + 1;
    if (character === 0x7d) takeClosingBrace(scan, at);
  }
  return { objects: withEnclosures(scan), broken: withEnds(scan) };
}

/** Reads the object that begins here and returns where the search goes on. */
function takeObject(scan: Scan, from: number): number {
  const { text, end, keys, spans, objects, opened, unclosed } = scan;
  const reading = readJsonObject(text, from, end, keys);
  const since = objects.at(-1)?.to ?? scan.from;
  const inCodeSpan = spans.isOpenAt(from);
  if (reading.ok) {
    const { to, members } = reading;
    objects.push({ from, to, since, inCodeSpan, members });
    spans.skipTo(to);
    return to;
  }
  const { at, problem, braces } = reading;
  const objectsBefore = objects.length;
  const entry = { from, to: null, since, inCodeSpan, at, problem, braces, objectsBefore };
  opened.push(entry);
  unclosed.push(entry);
  return at;
}

function takeClosingBrace({ unclosed, objects, steps }: Scan, to: number): void {
  const entry = unclosed.at(-1);
  if (!entry) return;
  entry.braces -= 1;
  if (entry.braces > 0) return;
  unclosed.pop();
  entry.to = to;
  steps[entry.objectsBefore] = (steps[entry.objectsBefore] ?? 0) + 1;
  steps[objects.length] = (steps[objects.length] ?? 0) - 1;
}

function withEnclosures({ objects, steps }: Scan): JsonObject[] {
  let depth = 0;
  return objects.map((object, index) => {
    depth += steps[index] ?? 0;
    return { ...object, enclosed: depth > 0 };
  });
}

/** Both the openings and the places where their reading failed ascend, so one search serves many. */
function withEnds({ text, opened, end }: Scan): BrokenObject[] {
  const blankLine = /\n[ \t]*\n/g;
  let paragraphEnd = -1;
  return opened.map(({ from, since, inCodeSpan, at, problem, to }) => {
    if (to === null && paragraphEnd < at) {
      blankLine.lastIndex = at;
      paragraphEnd = Math.min(blankLine.exec(text)?.index ?? end, end);
    }
    return { from, to: to ?? paragraphEnd, since, inCodeSpan, at, problem };
  });
}

interface CodeSpans {
  /** Asked in ascending order. */
  readonly isOpenAt: (offset: number) => boolean;
  readonly skipTo: (offset: number) => void;
}

/** Follows the backticks of a text, line by line. */
function codeSpans(text: string, from: number): CodeSpans {
  let at = from;
  let isOpen = false;
  return {
    isOpenAt: (offset) => {
      for (; at < offset; at += 1) {
        const character = text.charAt(at);
        if (character === '\n') isOpen = false;
        if (character === '`' && text.charAt(at - 1) !== '`') isOpen = !isOpen;
      }
      return isOpen;
    },
    skipTo: (offset) => {
      at = offset;
    },
  };
}
