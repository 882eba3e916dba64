import type { PermissionOption, RequestPermissionResponse } from '@agentclientprotocol/sdk';
import type { Permissions } from '../adapter.ts';

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
  policy: Permissions,
): PermissionAnswer {
  const kinds =
    policy === 'allow' ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always'];
  const chosen = kinds
    .map((kind) => options.find((option) => option.kind === kind))
    .find((option) => option !== undefined);
  return {
    response: {
      outcome: chosen
        ? { outcome: 'selected', optionId: chosen.optionId }
        : { outcome: 'cancelled' },
    },
    denied: policy === 'allow' && chosen ? null : REASONS[policy],
  };
}

const REASONS: Record<Permissions, string> = {
  allow: 'it offers no way to allow it',
  deny: '--permissions is deny',
  ask: '--permissions is ask, and nobody can be asked here',
};
