import type { PermissionOption, RequestPermissionResponse } from '@agentclientprotocol/sdk';

/** What was decided about a request for permission. */
export interface Decision {
  readonly isGranted: boolean;
  /** Why not, for a person; empty where it is granted. */
  readonly why: string;
}

export const GRANTED: Decision = { isGranted: true, why: '' };
export const DENIED: Decision = { isGranted: false, why: '--permissions is deny' };
export const NOBODY_THERE: Decision = {
  isGranted: false,
  why: '--permissions is ask, and nobody can be asked here',
};

export interface PermissionAnswer {
  readonly response: RequestPermissionResponse;
  /** Why it was not granted, for a person; `null` when it was. */
  readonly denied: string | null;
}

/**
 * Answers an agent that asks for permission. It is granted or refused this once, never for good: what an agent keeps of
 * that outlives the run. Where the agent offers no such choice, its request is cancelled.
 */
export function answerPermission(
  options: readonly PermissionOption[],
  { isGranted, why }: Decision,
): PermissionAnswer {
  const kinds = isGranted ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always'];
  const chosen = kinds
    .map((kind) => options.find((option) => option.kind === kind))
    .find((option) => option !== undefined);
  const response: RequestPermissionResponse = chosen
    ? { outcome: { outcome: 'selected', optionId: chosen.optionId } }
    : CANCELLED;
  if (isGranted) return { response, denied: chosen ? null : 'it offers no way to allow it' };
  return { response, denied: why };
}

/** For a turn that is being cancelled. */
export const CANCELLED: RequestPermissionResponse = { outcome: { outcome: 'cancelled' } };
