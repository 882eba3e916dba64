import type { LifecycleContext, LifecycleInput } from '../../../machines/context.ts';
import type { Step } from '../lifecycle-events.ts';

/** One line of the transition table: in the state that `given` leads to, `when` leads to `leads`. */
export interface Row {
  /** The rule as a sentence; the title of its test. */
  readonly rule: string;
  readonly input?: LifecycleInput;
  readonly given: readonly Step[];
  readonly from: string;
  readonly when: Step;
  readonly leads: string;
  /** What the context holds afterwards, as far as the rule says. */
  readonly context?: ContextSubset;
}

type ContextSubset = { readonly [K in keyof LifecycleContext]?: unknown };
