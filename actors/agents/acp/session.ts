/** From the first handshake to a session in which a prompt can be answered. */
import {
  type ClientContext,
  methods,
  PROTOCOL_VERSION,
  RequestError,
} from '@agentclientprotocol/sdk';
import type { Activity } from '../../../machines/activity.ts';
import type { JsonObject } from '../../stream-reader.ts';
import { arrayOf, objectOf, textOf } from '../json-fields.ts';
import { TurnFailure } from './failure.ts';
import type { BridgeOptions } from './options.ts';

const AUTH_REQUIRED = -32_000;

/** Opens, or goes on with, a session; gives its id. */
export async function openSession(
  agent: ClientContext,
  options: BridgeOptions,
  say: (activity: Activity) => void,
): Promise<string> {
  const hello = await initialize(agent, options);
  const session = await loggedIn(agent, hello, () => resumeOrCreate(agent, hello, options, say));
  await chooseModel(agent, session, options.model);
  return session.id;
}

interface Session {
  readonly id: string;
  readonly response: JsonObject;
}

/** Files are written through us only where everything is allowed. */
async function initialize(
  agent: ClientContext,
  { permissions }: BridgeOptions,
): Promise<JsonObject> {
  const hello = await agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientInfo: { name: 'oneshot', version: '1' },
    clientCapabilities: {
      fs: { readTextFile: true, writeTextFile: permissions === 'allow' },
      terminal: false,
    },
  });
  if (hello.protocolVersion === PROTOCOL_VERSION) return objectOf(hello);
  throw new TurnFailure(
    'crashed',
    `It speaks version ${hello.protocolVersion} of the Agent Client Protocol, and oneshot version ${PROTOCOL_VERSION}.`,
  );
}

/** An agent that wants a login gets it when it has a way that needs no person: by a key in the environment. */
async function loggedIn<T>(
  agent: ClientContext,
  { authMethods }: JsonObject,
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== AUTH_REQUIRED) throw error;
    const ways = arrayOf(authMethods).map(({ id }) => textOf(id));
    const byKey = ways.find((id) => /api.?key/i.test(id));
    if (byKey === undefined) throw loginNeeded(ways, error);
    await agent.request(methods.agent.authenticate, { methodId: byKey });
    return open();
  }
}

function loginNeeded(ways: readonly string[], { message }: RequestError): TurnFailure {
  const known = ways.length > 0 ? ` It knows: ${ways.join(', ')}.` : '';
  return new TurnFailure(
    'unauthorized',
    `It wants a login (${message}).${known} Log in with the agent itself, then go on.`,
  );
}

async function resumeOrCreate(
  agent: ClientContext,
  hello: JsonObject,
  { resume, cwd }: BridgeOptions,
  say: (activity: Activity) => void,
): Promise<Session> {
  if (resume !== null) {
    const gone = await resumed(agent, objectOf(hello.agentCapabilities), resume, cwd);
    if (typeof gone !== 'string') return gone;
    say({
      kind: 'error',
      message: `The session ${resume} cannot go on: ${gone} A new one begins.`,
    });
  }
  const response = objectOf(
    await agent.request(methods.agent.session.new, { cwd, mcpServers: [] }),
  );
  return { id: textOf(response.sessionId), response };
}

/** The session, or why it cannot go on. */
async function resumed(
  agent: ClientContext,
  { loadSession, sessionCapabilities }: JsonObject,
  sessionId: string,
  cwd: string,
): Promise<Session | string> {
  const canResume = Boolean(objectOf(sessionCapabilities).resume);
  const { resume, load } = methods.agent.session;
  const method: string = canResume ? resume : load;
  if (!canResume && loadSession !== true) return 'the agent cannot take one up again.';
  try {
    const response = await agent.request<JsonObject>(method, {
      sessionId,
      cwd,
      mcpServers: [],
    });
    return { id: sessionId, response: objectOf(response) };
  } catch (error) {
    if (!(error instanceof RequestError) || error.code === AUTH_REQUIRED) throw error;
    return `${error.message}.`;
  }
}

async function chooseModel(
  agent: ClientContext,
  { id, response }: Session,
  model: string | null,
): Promise<void> {
  if (model === null) return;
  const option = arrayOf(response.configOptions).find(({ category }) => category === 'model');
  if (!option) {
    throw new TurnFailure(
      'notFound',
      `It cannot be told its model ("${model}") by the protocol; give it in --agent-command.`,
    );
  }
  const choices = arrayOf(option.options).flatMap((choice) =>
    Array.isArray(choice.options) ? arrayOf(choice.options) : [choice],
  );
  const chosen = choices.find(({ value, name }) => value === model || name === model);
  if (!chosen) {
    const some = choices.slice(0, 10).map(({ value }) => textOf(value));
    throw new TurnFailure('notFound', `It has no model "${model}"; it has: ${some.join(', ')}.`);
  }
  await agent.request(methods.agent.session.setConfigOption, {
    sessionId: id,
    configId: textOf(option.id),
    value: textOf(chosen.value),
  });
}
