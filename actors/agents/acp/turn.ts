/** One prompt to an agent that speaks the Agent Client Protocol, and what becomes of it. */
import {
  type ClientConnection,
  client,
  methods,
  RequestError,
  type Stream,
} from '@agentclientprotocol/sdk';
import type { Activity, StreamFailure } from '../../../machines/activity.ts';
import type { JsonObject } from '../../stream-reader.ts';
import { objectOf, textOf } from '../json-fields.ts';
import { createAsker } from './asking.ts';
import type { BridgeOptions } from './options.ts';
import {
  answerPermission,
  CANCELLED,
  DENIED,
  type Decision,
  GRANTED,
  NOBODY_THERE,
} from './permissions.ts';
import { openSession } from './session.ts';
import { createTurnUpdates } from './updates.ts';
import { OutsideWorkTreeError, readWithin, writeWithin } from './work-tree-files.ts';

export interface Turn extends BridgeOptions {
  readonly prompt: string;
  /** Aborted when the turn is to be cancelled. */
  readonly signal: AbortSignal;
  say(activity: Activity): void;
  /** Called while it waits for a person. */
  live(): void;
  /** Epoch ms. */
  now(): number;
}

export type Result = Extract<Activity, { kind: 'result' }>;

/** Takes the turn. Rejects when the agent or the connection fails. */
export async function takeTurn(stream: Stream, turn: Turn): Promise<Result> {
  const updates = createTurnUpdates(turn.say, turn.now);
  let isPrompted = false;
  const connection = connect(stream, turn, (update) => {
    // What comes before is a session that is told again, which was logged when it happened.
    if (isPrompted) updates.take(update);
  });
  try {
    const { agent } = connection;
    const sessionId = await openSession(agent, turn, turn.say);
    turn.say({ kind: 'session', sessionId });
    // An agent that is gone needs no cancellation.
    const cancel = () =>
      void agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined);
    turn.signal.addEventListener('abort', cancel, { once: true });
    if (turn.signal.aborted) cancel();
    isPrompted = true;
    const prompt = [{ type: 'text' as const, text: turn.prompt }];
    const response = objectOf(
      await agent.request(methods.agent.session.prompt, { sessionId, prompt }),
    );
    // Updates that came with the answer are taken by now, or in this turn of the event loop.
    await new Promise((next) => setImmediate(next));
    const text = updates.finish(response);
    return {
      kind: 'result',
      text,
      structured: null,
      failure: failureOfStop(textOf(response.stopReason)),
    };
  } finally {
    connection.close();
  }
}

function connect(
  stream: Stream,
  turn: Turn,
  onUpdate: (update: JsonObject) => void,
): ClientConnection {
  const { cwd, permissions, say } = turn;
  const decide = decider(turn);
  const { session, fs } = methods.client;
  const update: string = session.update;
  return (
    client({ name: 'oneshot' })
      // Read as it comes: the protocol's own check would drop what it does not know yet.
      .onNotification<JsonObject>(update, objectOf, ({ params }) =>
        onUpdate(objectOf(params.update)),
      )
      .onRequest(session.requestPermission, async ({ params }) => {
        const what = params.toolCall.title ?? params.toolCall.name ?? 'something';
        const decision = await decide(what);
        if (decision === null) return CANCELLED;
        const { response, denied } = answerPermission(params.options, decision);
        if (denied !== null)
          say({
            kind: 'error',
            message: `It asked for permission and was refused (${denied}): ${what}`,
          });
        return response;
      })
      .onRequest(fs.readTextFile, ({ params }) => ({
        content: served(() => readWithin(cwd, params)),
      }))
      .onRequest(fs.writeTextFile, ({ params }) => {
        if (permissions !== 'allow')
          throw RequestError.invalidRequest(undefined, 'Writing is not allowed.');
        served(() => writeWithin(cwd, params.path, params.content));
        return {};
      })
      .connect(stream)
  );
}

/** What is done about a request for permission; `null` when the turn is cancelled meanwhile. */
function decider(turn: Turn): (what: string) => Promise<Decision | null> {
  const { permissions, questions, say } = turn;
  if (permissions !== 'ask') return async () => (permissions === 'allow' ? GRANTED : DENIED);
  if (questions === null) return async () => NOBODY_THERE;
  const asker = createAsker({ ...turn, files: questions });
  return (what) => {
    say({ kind: 'retry', message: `waits for permission: ${what}`, delayMs: null });
    return asker.ask(what);
  };
}

/** What went wrong with a file, as the agent is told it. */
function served<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    const message = error instanceof Error ? error.message : `${error}`;
    throw error instanceof OutsideWorkTreeError
      ? RequestError.invalidParams(undefined, message)
      : new RequestError(-32_002, message);
  }
}

/** Each way in which a turn can stop; what the agent has said counts as its answer only when it ended by itself. */
function failureOfStop(stopReason: string): StreamFailure | null {
  const failure = (endClass: StreamFailure['class'], message: string): StreamFailure => ({
    class: endClass,
    message,
    resumeAt: null,
  });
  switch (stopReason) {
    case 'end_turn':
      return null;
    case 'max_tokens':
      return failure('contextTooLong', 'It stopped at its limit of tokens.');
    case 'max_turn_requests':
      return failure('crashed', 'It stopped at its limit of requests in one turn.');
    case 'refusal':
      return failure('crashed', 'It refused to go on.');
    case 'cancelled':
      return failure('stopped', 'It was cancelled.');
    default:
      return failure('crashed', `It stopped for a reason that is unknown: "${stopReason}".`);
  }
}
