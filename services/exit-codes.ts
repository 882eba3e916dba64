import { isBudget } from '../machines/budgets.ts';
import type { Phase } from '../machines/context.ts';

/** What the process exits with, for scripts; the README's table is made from it. */
export const EXIT_CODES = {
  completed: { code: 0, meaning: 'completed: the auditor said DONE' },
  failed: { code: 1, meaning: 'failed; the reason is printed and recorded' },
  usage: { code: 2, meaning: 'usage, configuration or environment; nothing was started' },
  rejected: { code: 3, meaning: 'rejected: the auditor said IMPOSSIBLE' },
  budget: { code: 4, meaning: 'a budget ended it; `oneshot resume` with a larger one goes on' },
  usageLimit: { code: 75, meaning: "stopped for an agent's usage limit; `oneshot resume` goes on" },
  SIGHUP: { code: 129, meaning: 'interrupted by SIGHUP' },
  SIGINT: { code: 130, meaning: 'interrupted by SIGINT (Ctrl-C); `oneshot resume` goes on' },
  SIGTERM: { code: 143, meaning: 'interrupted by SIGTERM (also by `oneshot stop`)' },
} as const;

/** The exit code of a run that has come to rest. */
export function exitCodeOf(phase: Phase, reason: string | null): number {
  switch (phase) {
    case 'completed':
      return EXIT_CODES.completed.code;
    case 'rejected':
      return EXIT_CODES.rejected.code;
    case 'interrupted':
      return interruptionCode(reason);
    case 'failed':
      return isBudget(reason) ? EXIT_CODES.budget.code : EXIT_CODES.failed.code;
    case 'created':
    case 'workerExecuting':
    case 'recoveryPending':
    case 'checksExecuting':
    case 'auditPending':
    case 'auditorExecuting':
    case 'reiterationPending':
    case 'waitingForQuota':
      return EXIT_CODES.failed.code;
  }
}

function interruptionCode(reason: string | null): number {
  switch (reason) {
    case 'usageLimit':
    case 'SIGHUP':
    case 'SIGTERM':
      return EXIT_CODES[reason].code;
    default:
      return EXIT_CODES.SIGINT.code;
  }
}
