/** Examines what an attempt left behind: after a hang, a crash, a kill, or the loss of the oneshot that watched it. */
import { statSync } from 'node:fs';
import { lastValueFrom, of, tap } from 'rxjs';
import { fromPromise } from 'xstate';
import type { AttemptEnd, Findings } from '../machines/contracts.ts';
import type { Recovered } from '../machines/events.ts';
import type { RecoveryRequest } from '../machines/implementations.ts';
import {
  answerOf,
  classifyEnd,
  describeEnd,
  type Evidence,
  judgeRecovery,
  type TranscriptOutcome,
} from '../machines/judgement.ts';
import { NO_OUTCOME, type StreamOutcome } from '../machines/outcome.ts';
import { renderSalvage } from '../machines/prompts.ts';
import type { AgentAdapter } from './agents/adapter.ts';
import { agentOf } from './attempt-agent.ts';
import { concludeEnd, gatherEvidence, readTranscript, sessionIdOf } from './attempt-end.ts';
import { livingAgent, readWrapperPid } from './attempt-exit.ts';
import type { AttemptFiles } from './attempt-files.ts';
import { attemptFiles } from './attempt-files.ts';
import { type AttemptReading, createReading, type ReadingOptions } from './attempt-reading.ts';
import { sealOutput } from './attempt-stops.ts';
import { ranUntilNow } from './attempt-time.ts';
import { filesChangedBy } from './changed-files.ts';
import { lastWrittenAt } from './limit-end.ts';
import { tailFile } from './output-tail.ts';
import type { StopReport } from './process-tree.ts';
import type { RunHost } from './run-host.ts';
import { writeText } from './run-texts.ts';

export function recoveryActor(host: RunHost) {
  return fromPromise<Recovered, RecoveryRequest>(async ({ input }) => ({
    attempt: input.number,
    findings: await recover(host, input),
  }));
}

/**
 * Only a oneshot that was lost leaves an agent that may go on: it is attached to. In every other case the whole tree is
 * stopped before anything is examined, so nothing changes under the examination.
 */
export async function recover(host: RunHost, request: RecoveryRequest): Promise<Findings> {
  const files = attemptFiles(host.folder, request);
  if (request.reason === 'orchestratorLost') {
    const agent = livingAgent(files, host.runId);
    if (agent) return { kind: 'alive', pid: agent.pid, ranMs: ranUntilNow(files, host.now()) };
  }
  const target = { files, wrapperPid: readWrapperPid(files), liveness: null };
  const remains = await host.stops.stop(target);
  const evidence = await examine(host, request, files);
  return judge(host, files, evidence, remains);
}

function judge(
  host: RunHost,
  files: AttemptFiles,
  evidence: Evidence,
  remains: StopReport,
): Findings {
  const judgement = judgeRecovery(evidence);
  const answer = judgement.kind === 'success' ? judgement.answer : null;
  const conclude = (): AttemptEnd =>
    concludeEnd(host, files, evidence, { class: judgement.class, answer, remains });
  switch (judgement.kind) {
    case 'success':
    case 'dead':
      return { kind: judgement.kind, end: conclude() };
    case 'limited':
      return {
        kind: 'limited',
        end: conclude(),
        resumeAt: judgement.resumeAt,
        summary: judgement.isUsable ? writeSalvage(host, files, evidence) : null,
      };
    case 'partial':
      return { kind: 'partial', end: conclude(), summary: writeSalvage(host, files, evidence) };
  }
}

/** Reads the attempt's whole output again: what was seen of it live may be less than what is there. */
async function examine(
  host: RunHost,
  { role, agent, reason }: RecoveryRequest,
  files: AttemptFiles,
): Promise<Evidence> {
  const { adapter, settings } = agentOf(host, { role, agent });
  const reading = await readAgain(host, { adapter, settings }, files);
  await sealOutput(files, host.redactor);
  const evidence = gatherEvidence(host, {
    role,
    agent,
    files,
    reason,
    stream: reading?.outcome ?? NO_OUTCOME,
    printed: reading?.printed ?? null,
    lingered: false,
    startFailure: null,
  });
  const isAnswered = answerOf(evidence) !== null || classifyEnd(evidence) === 'clean';
  return isAnswered ? evidence : withSlowEvidence(host, adapter, files, evidence);
}

async function withSlowEvidence(
  host: RunHost,
  adapter: AgentAdapter,
  files: AttemptFiles,
  evidence: Evidence,
): Promise<Evidence> {
  return {
    ...evidence,
    transcript: readTranscript(host, adapter, sessionIdOf(files, evidence.stream)),
    changedFiles: await filesChangedBy(host, files).catch(() => []),
  };
}

async function readAgain(
  host: RunHost,
  { adapter, settings }: Pick<ReadingOptions, 'adapter' | 'settings'>,
  files: AttemptFiles,
): Promise<AttemptReading | null> {
  if (!statSync(files.file('stdout'), { throwIfNoEntry: false })) return null;
  const reading = createReading({
    attempt: files.name,
    adapter,
    settings,
    redactor: host.redactor,
    loggedOffset: host.loggedOffset(files.name),
    now: () => host.now(),
    writtenAt: () => lastWrittenAt(files.file('stdout'), host.now()),
    log: (entries) => host.log(entries),
  });
  const all$ = tailFile(files.file('stdout'), { stop$: of(true) }).pipe(tap(reading.take));
  await lastValueFrom(all$, { defaultValue: null });
  reading.end();
  return reading;
}

function writeSalvage(host: RunHost, files: AttemptFiles, evidence: Evidence) {
  const { stream, transcript, changedFiles } = evidence;
  const text = renderSalvage({
    message: describeEnd(evidence),
    words: lastWords(stream, transcript),
    toolCalls: transcript?.toolCalls.length ? transcript.toolCalls : stream.toolCalls,
    changedFiles,
  });
  return writeText(host, `${files.path}/salvage.md`, text);
}

/** An answer that was being streamed is in no transcript, and what the stream did not show may be in one. */
function lastWords({ words }: StreamOutcome, transcript: TranscriptOutcome | null): string {
  const recorded = transcript?.lastText.trim() ?? '';
  return words.includes(recorded) ? words : `${recorded}\n${words}`;
}
