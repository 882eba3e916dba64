import { fromEventObservable } from 'xstate';
import type { AttemptPlan } from '../machines/contracts.ts';
import type { AgentEvent } from '../machines/events.ts';
import { watchAttempt } from './attempt-watch.ts';
import type { RunHost } from './run-host.ts';

/** The actor that both executing states invoke: one attempt of one agent. */
export function agentActor(host: RunHost) {
  return fromEventObservable<AgentEvent, AttemptPlan>(({ input }) => watchAttempt(host, input));
}
