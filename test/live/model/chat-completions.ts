import type { EventStream } from './event-stream.ts';
import {
  eachPiece,
  type Json,
  objectOf,
  objectsOf,
  type Protocol,
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
  refusal: (status, message) => ({
    error: {
      message,
      type: 'invalid_request_error',
      code: status === 401 ? 'invalid_api_key' : null,
    },
  }),
};

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
