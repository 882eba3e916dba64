/** From what an attempt left on disk to the one end that the machine is told. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type {
  AttemptEnd,
  EndClass,
  EndReason,
  Role,
  Usage,
  Verdict,
} from '../machines/contracts.ts';
import { UNKNOWN_USAGE } from '../machines/contracts.ts';
import type { Answer, Evidence, StartFailure, TranscriptOutcome } from '../machines/judgement.ts';
import { describeEnd } from '../machines/judgement.ts';
import type { StreamOutcome } from '../machines/outcome.ts';
import { renderFeedback } from '../machines/prompts.ts';
import { subtractUsage } from '../machines/usage.ts';
import { boundVerdict, readVerdict } from '../machines/verdict.ts';
import type { AgentAdapter } from './agents/adapter.ts';
import { agentOf } from './attempt-agent.ts';
import { readExit } from './attempt-exit.ts';
import type { AttemptFiles, CommandRecord, StopRecord } from './attempt-files.ts';

import { readRecord } from './attempt-files.ts';
import { ranUntilLastSign } from './attempt-time.ts';
import type { StopReport } from './process-tree.ts';
import { protectedChangesOf } from './protected-files.ts';
import type { RunHost } from './run-host.ts';
import { writeText } from './run-texts.ts';
import { treeOf } from './tree-recorder.ts';

export interface EndFacts {
  readonly role: Role;
  /** Which of the role's agents. */
  readonly agent: number;
  readonly files: AttemptFiles;
  readonly reason: EndReason;
  readonly stream: StreamOutcome;
  readonly printed: string | null;
  readonly lingered: boolean;
  readonly startFailure: StartFailure | null;
}

/** Bytes of stderr that are quoted. */
const COMPLAINT_BYTES = 4_096;

/** What the attempt's files say about its end. The slower evidence is added by recovery, when an end is in doubt. */
export function gatherEvidence(host: RunHost, facts: EndFacts): Evidence {
  const { files, role } = facts;
  const { adapter, settings } = agentOf(host, facts);
  const evidence: Evidence = {
    role,
    agent: settings.name,
    reason: facts.reason,
    ...readExit(files),
    stopped: readRecord<StopRecord>(files.file('stop.json')) !== null,
    lingered: facts.lingered,
    stream: facts.stream,
    printed: facts.printed,
    transcript: null,
    changedFiles: [],
    complaint: host.redactor.redactText(readEnd(files.file('stderr'), COMPLAINT_BYTES)),
    startFailure: facts.startFailure ?? readRecord<StartFailure>(files.file('refusal.json')),
  };
  return withFailureOfExit(evidence, adapter);
}

/** A failure that the agent told by its exit code alone. An exit that answers a signal of ours tells none. */
function withFailureOfExit(evidence: Evidence, { failureOfExit }: AgentAdapter): Evidence {
  const { exitCode, stream, stopped, complaint } = evidence;
  if (!failureOfExit || stream.final || stopped || exitCode === null) return evidence;
  const failure = failureOfExit(exitCode, complaint);
  return failure
    ? { ...evidence, stream: { ...stream, final: { text: '', structured: null, failure } } }
    : evidence;
}

export interface Conclusion {
  readonly class: EndClass;
  readonly answer: Answer | null;
  /** What is left of its processes; `null` where there were none. */
  readonly remains: Pick<StopReport, 'survivors' | 'sharedServices'> | null;
}

/** Writes down the answer, reads an auditor's verdict from it, and makes the end that is journaled. */
export function concludeEnd(
  host: RunHost,
  files: AttemptFiles,
  evidence: Evidence,
  { class: endClass, answer, remains }: Conclusion,
): AttemptEnd {
  const verdict = evidence.role === 'auditor' && answer ? readVerdict(answer) : null;
  const protectedChanges = protectedChangesOf(files);
  return host.redactor.redactValue({
    reason: evidence.reason,
    class: endClass,
    exitCode: evidence.exitCode,
    signal: evidence.signal,
    result: answer && writeText(host, `${files.path}/result.md`, answerText(answer)),
    verdict: verdict && boundVerdict(verdict),
    feedback: writeFeedback(host, files, verdict),
    sessionId: sessionIdOf(files, evidence.stream),
    usage: ownUsage(adapterOf(host, evidence), files, evidence.stream.usage),
    message: describeEnd(evidence),
    endedAt: host.now(),
    ranMs: ranUntilLastSign(files, host.now()),
    liveness: readRecord<StopRecord>(files.file('stop.json'))?.liveness ?? null,
    survivors: remains?.survivors ?? [],
    ...(remains?.sharedServices.length ? { sharedServices: remains.sharedServices } : {}),
    ...(protectedChanges ? { protectedChanges } : {}),
    tree: treeOf(files),
  });
}

/** No two agents of a role have one name. */
function adapterOf({ adapters }: RunHost, { role, agent }: Evidence): AgentAdapter | undefined {
  return adapters[role].find(({ name }) => name === agent);
}

/** What this attempt used: what its session had used before is in no attempt twice. */
function ownUsage(adapter: AgentAdapter | undefined, files: AttemptFiles, usage: Usage): Usage {
  const sessionTotals = adapter?.sessionTotals ?? [];
  const before = readRecord<CommandRecord>(files.file('command.json'))?.usedBefore;
  if (!before) return usage;
  return subtractUsage(usage, {
    ...UNKNOWN_USAGE,
    ...(sessionTotals.includes('cost') ? { costUsd: before.costUsd } : {}),
    ...(sessionTotals.includes('tokens')
      ? { inputTokens: before.inputTokens, outputTokens: before.outputTokens }
      : {}),
  });
}

/** The session of the agent's own, as it said or as it was told; names its transcript. */
export function sessionIdOf(files: AttemptFiles, stream: StreamOutcome): string | null {
  return (
    stream.sessionId ?? readRecord<CommandRecord>(files.file('command.json'))?.sessionId ?? null
  );
}

/** What the agent's own transcript of an attempt says, or `null` when there is none or it cannot be read. */
export function readTranscript(
  host: RunHost,
  { transcript: source }: AgentAdapter,
  sessionId: string | null,
): TranscriptOutcome | null {
  if (sessionId === null || !source) return null;
  try {
    const path = source.find(host.place, sessionId);
    return path === null ? null : source.read(path, sessionId);
  } catch {
    return null;
  }
}

function answerText({ text, structured }: Answer): string {
  return text.trim() === '' ? JSON.stringify(structured, null, 2) : text;
}

function writeFeedback(host: RunHost, files: AttemptFiles, verdict: Verdict | null) {
  if (verdict?.kind !== 'retry') return null;
  return writeText(host, `${files.path}/feedback.md`, renderFeedback(verdict));
}

function readEnd(path: string, bytes: number): string {
  try {
    const fd = openSync(path, 'r');
    try {
      const { size } = fstatSync(fd);
      const buffer = Buffer.alloc(Math.min(bytes, size));
      readSync(fd, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8');
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}
