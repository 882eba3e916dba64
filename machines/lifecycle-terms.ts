/** The parts of speech of the statechart: actions, guards and targets that several of its states use. */
import type { Phase } from './context.ts';
import type { EndReason, Findings, Role, Verdict } from './contracts.ts';

export const entering = (phase: Phase) => ({ type: 'enterPhase', params: { phase } }) as const;
export const beginAttemptOf = (role: Role) => ({ type: 'beginAttempt', params: { role } }) as const;
export const endedBy = (reason: EndReason) => ({ type: 'noteEnd', params: { reason } }) as const;
export const found = (kind: Findings['kind']) => ({ type: 'found', params: { kind } }) as const;
export const verdictIs = (kind: Verdict['kind']) =>
  ({ type: 'verdictIs', params: { kind } }) as const;
export const cameFrom = (...phases: Phase[]) => ({ type: 'cameFrom', params: { phases } }) as const;

export const toRecovery = (reason: EndReason) =>
  ({ target: '#oneshot.recoveryPending', actions: endedBy(reason) }) as const;
export const toInternalFailure = { target: '#oneshot.failed', actions: 'failInternally' } as const;
