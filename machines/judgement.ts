/**
 * What an end amounts to. A claim is never evidence: the exit code, the stream's terminal event and the result are
 * judged together, and an exit code that answers a signal of ours proves nothing.
 */
import type { EndClass, EndReason, Role } from './contracts.ts';
import type { StreamOutcome } from './outcome.ts';
import { hasWork } from './outcome.ts';

/** Everything that is known about an attempt that has ended. */
export interface Evidence {
  readonly role: Role;
  readonly agent: string;
  readonly reason: EndReason;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Whether oneshot signalled the process before it had exited by itself. */
  readonly stopped: boolean;
  /** Whether it was stopped since it did not exit after its final result: that is an end of its own. */
  readonly lingered: boolean;
  readonly stream: StreamOutcome;
  /** What a text agent printed: its answer when it exits with 0. `null` where a stream has a terminal event. */
  readonly printed: string | null;
  /** What the agent's own transcript says, where it was looked for and found. */
  readonly transcript: TranscriptOutcome | null;
  /** Files of the work tree that changed since the attempt began. */
  readonly changedFiles: readonly string[];
  /** The end of stderr. */
  readonly complaint: string;
  /** Why the process could not be started at all. */
  readonly startFailure: StartFailure | null;
}

export interface StartFailure {
  readonly class: 'notFound' | 'contextTooLong' | 'crashed';
  readonly message: string;
}

/** What the agent's own record of its session shows. */
export interface TranscriptOutcome {
  /** Whether the agent's last turn was finished, not cut off. */
  readonly finished: boolean;
  readonly lastText: string;
  readonly toolCalls: readonly string[];
}

export interface Answer {
  readonly text: string;
  readonly structured: unknown;
}

export type Judgement =
  | { readonly kind: 'success'; readonly class: 'clean'; readonly answer: Answer }
  | { readonly kind: 'partial'; readonly class: EndClass }
  | {
      readonly kind: 'limited';
      readonly class: 'limited';
      readonly resumeAt: number | null;
      /** Whether it left something to go on with. */
      readonly isUsable: boolean;
    }
  | { readonly kind: 'dead'; readonly class: EndClass };

/** The class of an end that came by itself: `clean` only with exit code 0 and an answer. */
export function classifyEnd(evidence: Evidence): EndClass {
  if (evidence.startFailure) return evidence.startFailure.class;
  const { final } = evidence.stream;
  if (final?.failure) return final.failure.class;
  if (evidence.lingered && answerOf(evidence)) return 'clean';
  if (evidence.stopped) return 'stopped';
  if (evidence.exitCode !== 0) return 'crashed';
  return answerOf(evidence) ? 'clean' : 'empty';
}

/** The agent's answer: its final result, or what it printed where printing is all that it does. */
export function answerOf(evidence: Evidence): Answer | null {
  const { final } = evidence.stream;
  if (final) return final.failure ? null : nonEmpty(final.text, final.structured);
  if (evidence.printed === null || evidence.exitCode !== 0 || evidence.stopped) return null;
  return nonEmpty(evidence.printed, null);
}

/** What recovery makes of an abnormal end. */
export function judgeRecovery(evidence: Evidence): Judgement {
  const answer = answerOf(evidence) ?? transcriptAnswer(evidence);
  if (answer) return { kind: 'success', class: 'clean', answer };
  const endClass = classifyEnd(evidence);
  const failure = evidence.stream.final?.failure;
  switch (endClass) {
    case 'limited':
      return {
        kind: 'limited',
        class: endClass,
        resumeAt: failure?.resumeAt ?? null,
        isUsable: isUsable(evidence),
      };
    case 'notFound':
    case 'unauthorized':
      return { kind: 'dead', class: endClass };
    case 'contextTooLong':
    case 'clean':
    case 'crashed':
    case 'empty':
    case 'stopped':
      return { kind: isUsable(evidence) ? 'partial' : 'dead', class: endClass };
  }
}

/** One sentence for a person: what ended and how. */
export function describeEnd(evidence: Evidence): string {
  if (evidence.startFailure) return evidence.startFailure.message;
  const who = `The ${evidence.role} (${evidence.agent})`;
  const failure = evidence.stream.final?.failure;
  if (failure) return `${who} reported: ${failure.message}`;
  const complaint = evidence.complaint.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  const tail = complaint && evidence.exitCode !== 0 ? ` It said: ${complaint}` : '';
  return `${who} ${describeCourse(evidence)}.${tail}`;
}

function describeCourse(evidence: Evidence): string {
  switch (evidence.reason) {
    case 'exited':
      return describeExit(evidence);
    case 'inactivity':
      return 'showed no sign of life for the inactivity timeout and was stopped';
    case 'attemptCeiling':
      return 'ran into the attempt timeout and was stopped';
    case 'interrupted':
      return 'was stopped by an interruption';
    case 'budget':
      return 'used up a budget of the run and was stopped';
    case 'outputLimit':
      return 'printed more than the output limit and was stopped';
    case 'spawnFailed':
      return 'could not be started';
    case 'orchestratorLost':
      return evidence.exitCode === null && evidence.signal === null
        ? 'ended while oneshot was gone, without an exit record'
        : `${describeExit(evidence)} while oneshot was gone`;
  }
}

function describeExit({ exitCode, signal, stream, printed }: Evidence): string {
  if (signal) return `was killed by ${signal}`;
  if (exitCode === null) return 'ended without an exit record';
  return `exited with code ${exitCode}${describeLack(stream, printed)}`;
}

function describeLack({ final }: StreamOutcome, printed: string | null): string {
  if (final) return nonEmpty(final.text, final.structured) ? '' : ' and gave an empty answer';
  return (printed ?? '').trim() === '' ? ' and gave no result' : '';
}

/** An auditor's half answer is no verdict; a worker's half work is something to go on with. */
function isUsable(evidence: Evidence): boolean {
  if (evidence.role === 'auditor') return false;
  const { transcript } = evidence;
  const inTranscript = transcript && (transcript.lastText || transcript.toolCalls.length > 0);
  return hasWork(evidence.stream) || Boolean(inTranscript) || evidence.changedFiles.length > 0;
}

function transcriptAnswer({ stream, transcript }: Evidence): Answer | null {
  if (stream.final?.failure || !transcript?.finished) return null;
  return nonEmpty(transcript.lastText, null);
}

function nonEmpty(text: string, structured: unknown): Answer | null {
  const hasStructured = structured !== null && structured !== undefined;
  return text.trim() === '' && !hasStructured ? null : { text, structured };
}
