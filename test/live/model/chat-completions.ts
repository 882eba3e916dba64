import type { EventStream } from './event-stream.ts';
import {
  eachPiece,
  type Json,
  objectOf,
  objectsOf,
  type Protocol,
  type Refused,
  type Reply,
  textsOf,
  USAGE,
} from './protocol.ts';

const CHAT_USAGE = {
  prompt_tokens: USAGE.input,
  completion_tokens: USAGE.output,
  total_tokens: USAGE.input + USAGE.output,
};

/** OpenAI's chat completions. */
export const chatCompletions: Protocol = {
  path: /\/chat\/completions$/,
  read({ messages: list, tools, response_format: format }) {
    const messages = objectsOf(list);
    const users = messages.filter(({ role }) => role === 'user');
    const lastSaid = messages.findLastIndex(({ role }) => role === 'assistant');
    const schema = objectOf(objectOf(format).json_schema).schema;
    return {
      words: users.flatMap(({ content }) => textsOf(content)),
      tools: objectsOf(tools).map(({ function: tool }) => ({
        name: String(objectOf(tool).name),
        schema: objectOf(objectOf(tool).parameters),
      })),
      followsTool: messages.slice(lastSaid + 1).some(({ role }) => role === 'tool'),
      form: schema ? objectOf(schema) : null,
    };
  },
  wantsStream: (_path, { stream }) => stream === true,
  write,
  whole: ({ text }, { model }) => ({
    id: `chatcmpl-${Date.now()}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: CHAT_USAGE,
  }),
  refusals: {
    key: refusedByOpenAi(401, 'invalid_api_key', 'Incorrect API key provided: dummy.'),
    length: refusedByOpenAi(
      400,
      'context_length_exceeded',
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 214321 tokens. Please reduce the length of the messages.",
    ),
  },
};

/** As chat completions and responses have it. */
export function refusedByOpenAi(status: number, code: string, message: string): Refused {
  return { status, body: { error: { message, type: 'invalid_request_error', code } } };
}

async function write(stream: EventStream, reply: Reply, { model }: Json): Promise<void> {
  const created = Math.floor(Date.now() / 1000);
  const chunk = { id: `chatcmpl-${Date.now()}`, object: 'chat.completion.chunk', created, model };
  const say = (delta: object, finish_reason: string | null = null) =>
    stream.send({ ...chunk, choices: [{ index: 0, delta, finish_reason }] });
  say({ role: 'assistant', content: '' });
  await eachPiece(reply, (content) => say({ content }));
  if (reply.call) {
    const { name, args } = reply.call;
    const id = `call_${Date.now()}`;
    const call = { index: 0, id, type: 'function', function: { name, arguments: '' } };
    say({ tool_calls: [call] });
    say({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(args) } }] });
  }
  say({}, reply.call ? 'tool_calls' : 'stop');
  stream.send({ ...chunk, choices: [], usage: CHAT_USAGE });
  stream.send('[DONE]');
  stream.end();
}
