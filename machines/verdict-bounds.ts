/** How much of a verdict the records carry; the whole of it lies in the attempt's files. */
import type { Verdict } from './contracts.ts';

/** Characters (UTF-16 code units) of feedback that a verdict carries; of a longer one the middle is cut. */
export const FEEDBACK_LIMIT = 4_000;

/** Findings that a verdict carries; where there are more, the last entry says how many were left out. */
export const FINDINGS_LIMIT = 20;

/** Characters (UTF-16 code units) of one finding; of a longer one the middle is cut. */
export const FINDING_LIMIT = 500;

/** Characters (UTF-16 code units) of a diagnosis; of a longer one the middle is cut. */
export const DIAGNOSIS_LIMIT = 1_000;

/** Room for the note of a cut. */
const CUT_NOTE_LENGTH = 40;

/** The verdict with its texts cut down to the limits; what is cut is counted. */
export function boundVerdict(verdict: Verdict): Verdict {
  if (verdict.kind === 'unreadable')
    return { ...verdict, diagnosis: cut(verdict.diagnosis, DIAGNOSIS_LIMIT) };
  return {
    kind: verdict.kind,
    feedback: cut(verdict.feedback, FEEDBACK_LIMIT),
    findings: firstOf(verdict.findings).map((finding) => cut(finding, FINDING_LIMIT)),
  };
}

function firstOf(findings: readonly string[]): readonly string[] {
  if (findings.length <= FINDINGS_LIMIT) return findings;
  const kept = findings.slice(0, FINDINGS_LIMIT - 1);
  return [...kept, `[… ${findings.length - kept.length} more findings left out …]`];
}

/** A third of the room for the beginning, the rest for the end; no character is cut in two. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const room = limit - CUT_NOTE_LENGTH;
  const head = text.slice(0, Math.ceil(room / 3)).replace(/[\ud800-\udbff]$/, '');
  const tail = text.slice(head.length - room).replace(/^[\udc00-\udfff]/, '');
  return `${head}\n[… ${text.length - head.length - tail.length} characters cut …]\n${tail}`;
}
