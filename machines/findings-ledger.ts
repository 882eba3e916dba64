/**
 * What the auditors of a run have found, over all rounds: each finding has an id that both roles can name, so that
 * everybody sees what is new, what stands, what was mended, and what turned out to be none.
 */
import type { Finding, Verdict } from './contracts.ts';
import { PREVIEW_LENGTH } from './contracts.ts';

/** Findings that the ledger keeps: those that stand first, then those that were settled last. */
export const LEDGER_LIMIT = 30;

const ID = /\bF-[0-9a-f]{6}\b/i;

/** `dismissed F-1a2b3c: reason`, `F-1a2b3c dismissed: reason`, also in brackets, quotes or bold. */
const DISMISSAL =
  /^\W*(?:dismiss(?:ed)?\W+F-[0-9a-f]{6}|F-[0-9a-f]{6}\W+(?:(?:is|was)\s+)?dismissed)\b\W*/i;

/** What the verdict's reader puts in the place of findings that it leaves out. */
const LEFT_OUT = /^\[… \d+ more findings left out …\]$/;

/** Lines move with every change above them: `a.ts:12:5`, `lines 3-9` and `line 7` are the same place. */
const LINE_NUMBERS = /:\d+(?:[-–:,]\d+)*|\b(?:at )?lines?\s+\d+(?:\s*(?:[-–,]|to|and)\s*\d+)*/gi;

type Judged = Exclude<Verdict, { kind: 'unreadable' }>;

/**
 * The ledger after one more verdict. What it names again stands, by id or in the same words; what it no longer names was
 * mended; what it dismisses stays dismissed until it is found again.
 */
export function afterVerdict(
  ledger: readonly Finding[],
  verdict: Judged,
  iteration: number,
): readonly Finding[] {
  const told = tellings(verdict, ledger);
  const isWhole = !verdict.findings.some((text) => LEFT_OUT.test(text));
  const known = ledger.map((finding) =>
    isWhole || told.has(finding.id) ? settled(finding, told.get(finding.id)) : finding,
  );
  const ids = new Set(ledger.map(({ id }) => id));
  const first = [...told]
    .filter(([id]) => !ids.has(id))
    .map(([id, telling]) => settled(firstFound(id, telling, iteration), telling));
  return bounded([...first, ...known]);
}

/** Those that the next worker has to mend. */
export function standing(ledger: readonly Finding[]): readonly Finding[] {
  return ledger.filter(({ status }) => status === 'new' || status === 'repeated');
}

/** The same for the same thing at the same place, however it is set: `F-1a2b3c`. */
export function findingId(text: string): string {
  const words =
    text
      .toLowerCase()
      .replace(LINE_NUMBERS, ' ')
      .match(/[\p{L}\p{N}_.-]+/gu) ?? [];
  return `F-${fingerprint(words.join(' '))}`;
}

/** What a verdict says of one finding. */
interface Telling {
  readonly text: string;
  /** Why it is none; `null` when it stands. */
  readonly dismissal: string | null;
}

/** By id; what is said of an id that nobody gave is a finding in its own words. */
function tellings(verdict: Judged, ledger: readonly Finding[]): Map<string, Telling> {
  const known = new Set(ledger.map(({ id }) => id));
  const named = verdict.findings
    .filter((text) => text.trim() !== '' && !LEFT_OUT.test(text))
    .map((text) => tellingOf(text, known));
  const stands = named.filter(([, { dismissal }]) => dismissal === null);
  // Who both dismisses and names a finding means that it stands.
  return new Map([...named, ...(stands.length > 0 ? stands : ownWords(verdict))]);
}

/** A verdict of retry says what is wrong at least in its feedback. */
function ownWords({ kind, feedback }: Judged): [id: string, telling: Telling][] {
  if (kind !== 'retry' || feedback.trim() === '') return [];
  return [[findingId(feedback), { text: feedback, dismissal: null }]];
}

function tellingOf(text: string, known: ReadonlySet<string>): [id: string, telling: Telling] {
  const id = `F-${ID.exec(text)?.[0].slice(2).toLowerCase()}`;
  if (!known.has(id)) return [findingId(text), { text, dismissal: null }];
  const reason = text.replace(DISMISSAL, '');
  return [id, { text, dismissal: reason === text ? null : shortened(reason) }];
}

function firstFound(id: string, { text }: Telling, iteration: number): Finding {
  return { id, text: shortened(text), status: 'new', iteration, rounds: 0, dismissal: null };
}

function settled(finding: Finding, telling: Telling | undefined): Finding {
  const { status, rounds } = finding;
  if (!telling) return status === 'dismissed' ? finding : { ...finding, status: 'fixed' };
  const { dismissal } = telling;
  if (dismissal !== null) return { ...finding, status: 'dismissed', dismissal };
  return {
    ...finding,
    status: rounds === 0 ? 'new' : 'repeated',
    rounds: rounds + 1,
    dismissal: null,
  };
}

function bounded(ledger: readonly Finding[]): readonly Finding[] {
  const open = standing(ledger);
  const closed = ledger.filter((finding) => !open.includes(finding));
  return [...open, ...closed].slice(0, LEDGER_LIMIT);
}

function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= PREVIEW_LENGTH
    ? line
    : `${line.slice(0, PREVIEW_LENGTH - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** 24 bits of FNV-1a as hex: a name among the few findings of a run; nothing depends on it being hard to forge. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 8).toString(16).padStart(6, '0');
}
