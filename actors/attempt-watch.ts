/** One attempt as an observable: it started, it lives, it ended. Leaving it early ends the agent's whole tree. */
import { concat, defer, interval, Observable, of } from 'rxjs';
import type { AttemptPlan } from '../machines/contracts.ts';
import type { AgentEvent } from '../machines/events.ts';
import type { StartFailure } from '../machines/judgement.ts';
import { NO_OUTCOME } from '../machines/outcome.ts';
import { LaunchRefusal } from './agents/adapter.ts';
import { writeChanges } from './attempt-changes.ts';
import { concludeEnd, gatherEvidence } from './attempt-end.ts';
import type { AttemptFiles, RefusalRecord } from './attempt-files.ts';
import { attemptFiles, writeRecord } from './attempt-files.ts';
import { ACTIVITY_WINDOW_MS, followAttempt } from './attempt-follow.ts';
import { launchAttempt } from './attempt-launch.ts';
import type { AttemptProcess } from './attempt-process.ts';
import { attachedProcess, startedProcess } from './attempt-process.ts';
import type { RunHost } from './run-host.ts';

/**
 * Starts the agent of an attempt, or attaches to it, and tells what becomes of it: `agent.started`, `agent.activity`
 * now and then, and one `agent.ended`. Unsubscribing before that stops the whole tree (see {@link AttemptStops}).
 */
export function watchAttempt(host: RunHost, plan: AttemptPlan): Observable<AgentEvent> {
  const files = attemptFiles(host.folder, plan);
  const attempt$ = defer(() => {
    try {
      return followAttempt(host, plan, begin(host, plan, files));
    } catch (error) {
      if (error instanceof LaunchRefusal) return of(refused(host, plan, files, error));
      throw error;
    }
  });
  return plan.attach ? attempt$ : concat(preparing(host, plan, files), attempt$);
}

/** What comes before the start is our work, not the agent's silence. Leaving it ends it. */
function preparing(host: RunHost, plan: AttemptPlan, files: AttemptFiles): Observable<AgentEvent> {
  return new Observable((subscriber) => {
    const left = new AbortController();
    const signs = interval(ACTIVITY_WINDOW_MS).subscribe(() =>
      subscriber.next({ type: 'agent.activity' }),
    );
    void prepare(host, plan, files, left.signal).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => {
      signs.unsubscribe();
      left.abort();
    };
  });
}

async function prepare(
  host: RunHost,
  plan: AttemptPlan,
  files: AttemptFiles,
  signal: AbortSignal,
): Promise<void> {
  await host.trees.before(files, signal);
  if (plan.role === 'worker') await host.protection.begin(signal);
  if (plan.role === 'auditor' && !signal.aborted) await writeChanges(host, plan, files);
}

function begin(host: RunHost, plan: AttemptPlan, files: AttemptFiles): AttemptProcess {
  if (plan.attach) return attachedProcess(files, host.runId);
  return startedProcess(files, host.runId, launchAttempt(host, plan, files));
}

/** The end of an attempt that was not started; recorded, so that recovery knows it too. */
function refused(
  host: RunHost,
  plan: AttemptPlan,
  files: AttemptFiles,
  refusal: LaunchRefusal,
): AgentEvent {
  const startFailure: StartFailure = { class: refusal.class, message: refusal.message };
  const record: RefusalRecord = { version: 1, ...startFailure };
  writeRecord(files.file('refusal.json'), record);
  const evidence = gatherEvidence(host, {
    role: plan.role,
    agent: plan.agent,
    files,
    reason: 'spawnFailed',
    stream: NO_OUTCOME,
    printed: null,
    lingered: false,
    startFailure,
  });
  const conclusion = { class: refusal.class, answer: null, remains: null };
  return {
    type: 'agent.ended',
    attempt: plan.number,
    end: concludeEnd(host, files, evidence, conclusion),
  };
}
