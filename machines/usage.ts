/** Sums over figures of which some are unknown: unknown is never taken for 0. */
import type { Usage } from './contracts.ts';

/** Adds what is known; unknown and unknown stay unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: add(a.inputTokens, b.inputTokens),
    outputTokens: add(a.outputTokens, b.outputTokens),
    costUsd: add(a.costUsd, b.costUsd),
  };
}

/** What is left of known figures; an unknown part takes nothing away, and nothing falls below 0. */
export function subtractUsage(total: Usage, part: Usage): Usage {
  return {
    inputTokens: subtract(total.inputTokens, part.inputTokens),
    outputTokens: subtract(total.outputTokens, part.outputTokens),
    costUsd: subtract(total.costUsd, part.costUsd),
  };
}

function subtract(total: number | null, part: number | null): number | null {
  return total === null ? null : Math.max(0, total - (part ?? 0));
}

function add(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0);
}
