/**
 * What the page shows of a run, computed from its transitions alone: no document, no clock, no network. The same for a
 * run that goes on and for one that ended long ago.
 */

/** The rows of the timeline, from the top. */
export const LANES = ['worker', 'checks', 'recovery', 'auditor', 'waiting'];

/** Who takes part in the sequence, from the left. */
export const PARTIES = ['you', 'machine', 'worker', 'checks', 'recovery', 'auditor'];

const LANE_OF = {
  workerExecuting: 'worker',
  checksExecuting: 'checks',
  recoveryPending: 'recovery',
  auditorExecuting: 'auditor',
  waitingForQuota: 'waiting',
};

const ENDED = ['completed', 'rejected', 'failed', 'interrupted'];

/** Whether a run rests in this state until a person says otherwise. */
export function isEnded(state) {
  return ENDED.includes(state);
}

/** The way up to and with the transition at `index`: how often each move was taken, and the states come through. */
export function wayTo(transitions, index) {
  const moves = new Map();
  const states = new Set();
  for (const { moves: taken, state } of transitions.slice(0, index + 1)) {
    for (const move of taken) moves.set(move, (moves.get(move) ?? 0) + 1);
    states.add(state);
  }
  return { moves, states };
}

/**
 * What happened when: one bar for each stay in a state that does something. The last one goes on until `now` when the run
 * does.
 */
export function barsOf(transitions, now) {
  const bars = [];
  for (const { state, at, context, seq } of transitions) {
    const last = bars.at(-1);
    if (
      last &&
      last.to === null &&
      last.state === state &&
      last.attempt === context.attempt?.number
    )
      continue;
    if (last && last.to === null) last.to = at;
    const lane = LANE_OF[state];
    if (lane) bars.push({ lane, state, attempt: context.attempt?.number, from: at, to: null, seq });
  }
  return bars.map((bar) => ({
    ...bar,
    isOpen: bar.to === null,
    to: bar.to ?? Math.max(now, bar.from),
  }));
}

/** The deadlines of the state at hand: `{name, endsAt}`, in epoch milliseconds. */
export function timersOf(transition, machine, lastSignAt) {
  const { delays } = machine;
  const { state, at, context } = transition;
  if (state === 'waitingForQuota' && context.resumeAt !== null)
    return [{ name: 'usage limit', endsAt: context.resumeAt }];
  if (state !== 'workerExecuting' && state !== 'auditorExecuting') return [];
  const from = Math.max(at, lastSignAt ?? 0);
  return [
    { name: 'inactivity', endsAt: from + (delays.inactivity ?? 0) },
    { name: 'attempt timeout', endsAt: at + (delays.attemptCeiling ?? 0) },
  ];
}

/** What one transition changed in the context: `{path, before, after}`, by path. */
export function differences(before, after, path = '') {
  if (Object.is(before, after)) return [];
  if (!isBranch(before) || !isBranch(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key));
}

/**
 * The run as messages between those who take part.
 * @returns {{ from: string, to: string, text: string, seq: number }[]}
 */
export function messagesOf(transitions) {
  return transitions.flatMap((transition, index) => [
    ...heard(transition, transitions[index - 1]),
    ...asked(transition, transitions[index - 1]),
  ]);
}

/** What the machine was told. */
function heard({ event, seq, context }, before) {
  const say = (from, text) => [{ from, to: 'machine', text, seq }];
  const role = before?.context.attempt?.role ?? context.attempt?.role ?? 'worker';
  switch (event.type) {
    case 'run.start':
    case 'run.resume':
    case 'run.extend':
      return say('you', event.type.replace('run.', ''));
    case 'run.interrupt':
      return say('you', event.reason);
    case 'agent.ended':
      return say(role, endText(event.end));
    case 'checks.ended':
      return say('checks', event.feedback ? 'failed' : 'passed');
    case 'xstate.done.actor.recovery':
      return say('recovery', event.output.findings.kind);
    default:
      if (event.type.includes('inactivity')) return say(role, '(silence)');
      return event.type.includes('attemptCeiling') ? say(role, '(out of time)') : [];
  }
}

/** What the machine asked for in the state that it came to. */
function asked({ state, seq, context }, before) {
  if (before?.state === state && before.context.attempt?.number === context.attempt?.number)
    return [];
  const ask = (to, text) => [{ from: 'machine', to, text, seq }];
  const attempt = context.attempt?.number;
  switch (state) {
    case 'workerExecuting':
      return ask('worker', context.attempt.attach ? `attach to ${attempt}` : `attempt ${attempt}`);
    case 'auditorExecuting':
      return ask('auditor', context.attempt.attach ? `attach to ${attempt}` : `judge (${attempt})`);
    case 'checksExecuting':
      return ask('checks', 'run');
    case 'recoveryPending':
      return ask('recovery', `examine ${attempt}`);
    default:
      return isEnded(state) ? ask('you', state) : [];
  }
}

function endText({ verdict, class: endClass, result }) {
  if (verdict) return verdict.kind;
  return endClass === 'clean'
    ? (result?.preview ?? 'done').trim().split('\n')[0].slice(0, 40)
    : endClass;
}

/** One line of what an agent did. */
export function activityText(line) {
  switch (line.kind) {
    case 'toolCall':
      return `→ ${line.name} ${line.input}`;
    case 'toolResult':
      return `${line.ok ? '←' : '✗'} ${line.text}`;
    case 'usage':
      return `${line.inputTokens ?? '?'} tokens in, ${line.outputTokens ?? '?'} out${line.costUsd === null ? '' : `, $${line.costUsd}`}`;
    case 'session':
      return line.sessionId;
    case 'retry':
    case 'error':
      return line.message;
    default:
      return line.text ?? '';
  }
}

/** `1h 2m`, `3m 4s`, `5.6s`. */
export function durationText(ms) {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes}m ${Math.floor((ms % 60_000) / 1000)}s`;
  return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

function isBranch(value) {
  return typeof value === 'object' && value !== null;
}
