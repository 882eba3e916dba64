/** What a person wants to be different in a fork: places in what the run remembers, or in its settings. */
import type { RunSettings } from '../actors/run-host.ts';
import type { LifecycleContext } from '../machines/context.ts';
import { UsageError } from './errors.ts';

/** `limits.attemptMs=60000`, `settings.checks=[]`: a place, and a value in JSON or else as text. */
export interface Change {
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface Forked {
  readonly context: LifecycleContext;
  readonly settings: RunSettings;
}

/** What the run is, and what its folder and its texts are named after. */
const FIXED = new Set(['runId', 'task', 'attempt', 'phase', 'hasChecks', 'agentCounts', 'turns']);

/** Throws a {@link UsageError} for a text that is no change. */
export function parseChange(text: string): Change {
  const at = text.indexOf('=');
  const path = text.slice(0, Math.max(at, 0)).split('.');
  if (at < 1 || path.some((part) => part === '')) {
    throw new UsageError(
      `--set is "${text}"; it is PATH=VALUE, for example limits.attemptMs=60000.`,
    );
  }
  if (FIXED.has(path[0] ?? '')) {
    throw new UsageError(
      `--set cannot change ${path[0]}: the record of the run hangs together by it.`,
    );
  }
  return { path, value: parsed(text.slice(at + 1)) };
}

/** The fork with its changes. Throws a {@link UsageError} when it would not be one that oneshot could go on with. */
export async function withChanges(forked: Forked, changes: readonly Change[]): Promise<Forked> {
  if (changes.length === 0) return forked;
  const changed = changes.reduce(applied, forked);
  const { contextSchema } = await import('./context-schemas.ts');
  const { settingsSchema } = await import('./run-schemas.ts');
  const [context, settings] = [
    contextSchema.safeParse(changed.context),
    settingsSchema.safeParse(changed.settings),
  ];
  const issues = [...(context.error?.issues ?? []), ...(settings.error?.issues ?? [])];
  const [issue] = issues;
  if (issue) {
    throw new UsageError(`--set makes no valid run: ${issue.path.join('.')}: ${issue.message}.`);
  }
  const hasChecks = changed.settings.checks.length > 0;
  return { ...changed, context: { ...changed.context, hasChecks } };
}

function applied({ context, settings }: Forked, { path, value }: Change): Forked {
  const [first, ...rest] = path;
  if (first === 'settings') return { context, settings: put(settings, rest, path, value) };
  return { settings, context: put(context, path, path, value) };
}

/** A copy with another value at a place that is there. */
function put<T>(
  whole: T,
  [key, ...rest]: readonly string[],
  path: readonly string[],
  value: unknown,
): T {
  // What it becomes is held to its schema afterwards.
  if (key === undefined) return value as T;
  if (typeof whole !== 'object' || whole === null || !Object.hasOwn(whole, key)) {
    throw new UsageError(`--set ${path.join('.')}: there is no such place.`);
  }
  const inner = put((whole as Record<string, unknown>)[key], rest, path, value);
  return (Array.isArray(whole) ? whole.with(Number(key), inner) : { ...whole, [key]: inner }) as T;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
