/** The machine's names as a person reads them. */

/** Guards whose names say more than a line of a picture has room for. */
const SHORT: Readonly<Record<string, string>> = {
  cameFrom: 'from',
  diesForGood: 'fatal',
  endedCleanly: 'clean',
  failedForBudget: 'for budget',
  found: '',
  judgesCheckedTree: 'same files',
  verdictIs: '',
};

/** `xstate.done.actor.recovery` is `recovery done`, `xstate.after.retryPause.…` is `after retry pause`. */
export function eventLabel(event: string): string {
  const done = /^xstate\.done\.actor\.(\w+)$/.exec(event)?.[1];
  if (done) return `${words(done)} done`;
  const broken = /^xstate\.error\.actor\.(\w+)$/.exec(event)?.[1];
  if (broken) return `${words(broken)} actor broke`;
  const delay = /^xstate\.after\.(\w+)\./.exec(event)?.[1];
  if (delay) return delay === '0' ? 'at once' : `after ${words(delay)}`;
  return event.split('.').map(words).join(' ');
}

/** The parts of a guard that must all hold. */
export function guardLabels(guard: unknown): string[] {
  if (guard === undefined || guard === null) return [];
  if (typeof guard === 'string') return [nameLabel(guard)];
  if (typeof guard === 'function') return combined(guard);
  if (typeof guard === 'object' && 'type' in guard) {
    return [withParams(`${guard.type}`, 'params' in guard ? guard.params : undefined)];
  }
  throw new Error(`The guard ${String(guard)} has no name to show.`);
}

/** XState keeps the parts of `and` and `not` in `guards`, and says by the function's name which of them it is. */
function combined(guard: { readonly name: string; readonly guards?: unknown }): string[] {
  const parts = Array.isArray(guard.guards) ? guard.guards.flatMap(guardLabels) : [];
  if (guard.name === 'and') return parts;
  if (guard.name === 'not') return parts.map((part) => `not ${part}`);
  throw new Error(`The pictures know no words for a guard made with ${guard.name}.`);
}

/** `cameFrom {phases: ['created', 'checksExecuting']}` is `from created/checks`. */
function withParams(name: string, params: unknown): string {
  if (typeof params !== 'object' || params === null) return nameLabel(name);
  const values = Object.values(params).flat().join('/').replaceAll('Executing', '');
  return `${nameLabel(name)} ${values}`.trim();
}

function nameLabel(name: string): string {
  return SHORT[name] ?? words(name).replace(/^(is|has) /, '');
}

function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, end, begin) => `${end} ${begin.toLowerCase()}`);
}
