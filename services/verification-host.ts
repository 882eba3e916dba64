/** What an agent is tried out in: a folder of its own with an empty work tree, and the means of a run. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentAdapter, AgentSettings } from '../actors/agents/adapter.ts';
import { sharedServiceOf } from '../actors/agents/shared-services.ts';
import { createAttemptStops } from '../actors/attempt-stops.ts';
import { samplingInterval } from '../actors/liveness.ts';
import { ownIdentity } from '../actors/process-identity.ts';
import { NO_PROTECTION } from '../actors/protected-files.ts';
import { createRedactor } from '../actors/redaction.ts';
import type { LogEntry, RunHost } from '../actors/run-host.ts';
import { secretsOf } from '../actors/secrets.ts';
import { NO_TREES } from '../actors/tree-recorder.ts';
import type { Config } from './config.ts';
import { launchPlace } from './launch-place.ts';
import { createRunId } from './run-store.ts';

export interface VerificationHost extends RunHost {
  /** The one agent, in both roles. */
  readonly adapter: AgentAdapter;
  /** What the agents did so far. */
  readonly logged: readonly LogEntry[];
  /** Sets the task of the next attempt. */
  setTask(text: string): void;
  remove(): void;
}

const HEADER = 'This only tests how you are started. Change no file and use no tool.';

/** A run that nobody judges, in a temporary folder. */
export function createVerificationHost(
  adapter: AgentAdapter,
  settings: AgentSettings,
  config: Config,
): VerificationHost {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'oneshot-verify-')));
  const cwd = join(root, 'work');
  const folder = join(root, 'run');
  for (const path of [cwd, join(folder, 'attempts')])
    mkdirSync(path, { recursive: true, mode: 0o700 });
  const place = launchPlace(cwd);
  const redactor = createRedactor(secretsOf(place.environment, config.secrets));
  const runId = createRunId(Date.now());
  const since = ownIdentity();
  const agent = { ...settings, name: adapter.name };
  const logged: LogEntry[] = [];
  const { killGraceMs, resultGraceMs, outputLimitBytes, secrets } = config;
  return {
    runId,
    folder,
    settings: {
      cwd,
      agents: { worker: agent, auditor: agent },
      headers: { worker: HEADER, reworker: HEADER, auditor: HEADER },
      checks: [],
      protect: [],
      killGraceMs,
      resultGraceMs,
      outputLimitBytes,
      secrets,
    },
    adapter,
    adapters: { worker: [adapter], auditor: [adapter] },
    place,
    redactor,
    stops: createAttemptStops({
      runId,
      killGraceMs,
      since,
      isSharedService: sharedServiceOf([adapter]),
      redactor,
      now: Date.now,
    }),
    trees: NO_TREES,
    protection: NO_PROTECTION,
    since,
    samplingMs: samplingInterval(config.inactivityMs),
    now: Date.now,
    log: (entries) => void logged.push(...entries),
    loggedOffset: () => 0,
    logged,
    setTask: (text) => writeFileSync(join(folder, 'task.md'), text, { mode: 0o600 }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
