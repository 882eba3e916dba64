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

/** Anthropic's messages. */
export const anthropic: Protocol = {
  path: /\/v1\/messages$/,
  read({ messages: list, tools }) {
    const messages = objectsOf(list);
    const users = messages.filter(({ role }) => role === 'user');
    const lastSaid = messages.findLastIndex(({ role }) => role === 'assistant');
    const since = messages.slice(lastSaid + 1).flatMap(({ content }) => objectsOf(content));
    return {
      words: users.flatMap(({ content }) => textsOf(content)),
      tools: objectsOf(tools).map((tool) => ({
        name: String(tool.name),
        schema: objectOf(tool.input_schema),
      })),
      followsTool: since.some(({ type }) => type === 'tool_result'),
      form: null,
    };
  },
  wantsStream: (_path, { stream }) => stream === true,
  write,
  whole: ({ text, call }, { model }) => ({
    id: `msg_${Date.now()}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [
      { type: 'text', text },
      ...(call
        ? [{ type: 'tool_use', id: `toolu_${Date.now()}`, name: call.name, input: call.args }]
        : []),
    ],
    stop_reason: call ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: USAGE.input, output_tokens: USAGE.output },
  }),
  refusals: {
    key: refused(401, 'authentication_error', 'invalid x-api-key'),
    length: refused(
      400,
      'invalid_request_error',
      'prompt is too long: 214321 tokens > 200000 maximum',
    ),
  },
};

function refused(status: number, type: string, message: string): Refused {
  return { status, body: { type: 'error', error: { type, message } } };
}

async function write(stream: EventStream, reply: Reply, { model }: Json): Promise<void> {
  const send = (type: string, rest: object = {}) => stream.send({ type, ...rest }, type);
  const usage = { input_tokens: USAGE.input, output_tokens: 1 };
  const message = { id: `msg_${Date.now()}`, type: 'message', role: 'assistant', content: [] };
  send('message_start', { message: { ...message, model, stop_reason: null, usage } });
  let index = 0;
  const block = (content_block: object) => send('content_block_start', { index, content_block });
  const delta = (type: string, rest: object) =>
    send('content_block_delta', { index, delta: { type, ...rest } });
  const stop = () => {
    send('content_block_stop', { index });
    index += 1;
  };
  if (reply.text !== '') {
    block({ type: 'text', text: '' });
    await eachPiece(reply, (text) => delta('text_delta', { text }));
    stop();
  }
  if (reply.call) {
    block({ type: 'tool_use', id: `toolu_${Date.now()}`, name: reply.call.name, input: {} });
    delta('input_json_delta', { partial_json: JSON.stringify(reply.call.args) });
    stop();
  }
  send('message_delta', {
    delta: { stop_reason: reply.call ? 'tool_use' : 'end_turn', stop_sequence: null },
    usage: { output_tokens: USAGE.output },
  });
  send('message_stop');
  stream.end();
}
