/** How a run fails: the stable word for programs, and what a person is told to do. */
import { exhaustionMessage, exhaustionOf } from './budgets.ts';
import type { FailureReason, LifecycleContext } from './context.ts';
import { stalledMessage } from './standstill.ts';
import { noReason, type Update } from './updates.ts';

/** No auditor gave an answer that can be taken. */
export function failUnjudged({ reason, diagnosis, attempt }: LifecycleContext): Update {
  if (reason !== 'treeChanged')
    return fail('auditorUnreadable', `No auditor gave a readable verdict: ${diagnosis}`);
  return fail(
    'treeChanged',
    'The files changed each time while they were judged, so that nobody judged what is there. ' +
      `oneshot diff --attempt ${attempt?.number} shows what changed; what tools write there belongs into .gitignore. ` +
      'Then: oneshot resume.',
  );
}

/** A person said to go on: whatever was changed, it is tried. */
export function forgetStandstill(): Update {
  return { standstill: null, ...noReason };
}

export function failStalled(context: LifecycleContext): Update {
  return fail('stalled', stalledMessage(context));
}

/** Nothing may be started any more. */
export function failExhausted(context: LifecycleContext): Update {
  const why = exhaustionOf(context);
  if (!why) throw new Error(`The run ${context.runId} may go on.`);
  return failForBudget(context, why, exhaustionMessage(why, context));
}

/** A run that fails for a budget goes on where it failed, when it gets a larger one. */
export function failForBudget(
  context: LifecycleContext,
  reason: FailureReason,
  message: string,
): Update {
  return { ...fail(reason, message), failedIn: context.phase };
}

export function fail(reason: FailureReason, message: string): Update {
  return { reason, message };
}
