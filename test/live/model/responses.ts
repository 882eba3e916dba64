import { refusedByOpenAi } from './chat-completions.ts';
import type { EventStream } from './event-stream.ts';
import {
  eachPiece,
  type Json,
  objectOf,
  objectsOf,
  type Protocol,
  type Reply,
  type Tool,
  textsOf,
  USAGE,
} from './protocol.ts';

/** OpenAI's responses. */
export const responses: Protocol = {
  path: /\/responses$/,
  read({ input, tools, text }) {
    const items = objectsOf(input);
    const lastSaid = items.findLastIndex(
      ({ role, type }) => role === 'assistant' || /_call$/.test(String(type)),
    );
    const schema = objectOf(objectOf(text).format).schema;
    return {
      words: items.filter(({ role }) => role === 'user').flatMap(({ content }) => textsOf(content)),
      tools: objectsOf(tools).flatMap(toolsOf),
      followsTool: items.slice(lastSaid + 1).some(({ type }) => /_call_output$/.test(String(type))),
      form: schema ? objectOf(schema) : null,
    };
  },
  wantsStream: (_path, { stream }) => stream === true,
  write,
  whole: ({ text }, { model }) => ({
    id: `resp_${Date.now()}`,
    object: 'response',
    status: 'completed',
    model,
    output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }],
  }),
  refusals: {
    key: refusedByOpenAi(401, 'invalid_api_key', 'Incorrect API key provided: dummy.'),
    length: refusedByOpenAi(
      400,
      'context_length_exceeded',
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
    ),
  },
};

/** Tools may come in groups; those without a schema take free text. */
function toolsOf(tool: Json): Tool[] {
  if (tool.type === 'namespace') return objectsOf(tool.tools).flatMap(toolsOf);
  return tool.parameters ? [{ name: String(tool.name), schema: objectOf(tool.parameters) }] : [];
}

async function write(stream: EventStream, reply: Reply, { model }: Json): Promise<void> {
  const id = `resp_${Date.now()}`;
  const created_at = Math.floor(Date.now() / 1000);
  let sequence_number = 0;
  const send = (type: string, rest: object) => {
    stream.send({ type, sequence_number, ...rest }, type);
    sequence_number += 1;
  };
  const response = (status: string, output: readonly object[], usage: object | null) => ({
    response: { id, object: 'response', created_at, status, model, output, usage },
  });
  send('response.created', response('in_progress', [], null));
  const output: object[] = [];
  if (reply.text !== '') output.push(await sayWords(send, reply));
  if (reply.call) output.push(sayCall(send, output.length, reply.call));
  const usage = {
    input_tokens: USAGE.input,
    output_tokens: USAGE.output,
    total_tokens: USAGE.input + USAGE.output,
  };
  send('response.completed', response('completed', output, usage));
  stream.end();
}

type Send = (type: string, rest: object) => void;

async function sayWords(send: Send, reply: Reply): Promise<object> {
  const at = { item_id: `msg_${Date.now()}`, output_index: 0, content_index: 0 };
  const item = { type: 'message', id: at.item_id, role: 'assistant' };
  const part = (text: string) => ({ type: 'output_text', text, annotations: [] });
  send('response.output_item.added', {
    output_index: 0,
    item: { ...item, status: 'in_progress', content: [] },
  });
  send('response.content_part.added', { ...at, part: part('') });
  await eachPiece(reply, (delta) => send('response.output_text.delta', { ...at, delta }));
  send('response.output_text.done', { ...at, text: reply.text });
  send('response.content_part.done', { ...at, part: part(reply.text) });
  const done = { ...item, status: 'completed', content: [part(reply.text)] };
  send('response.output_item.done', { output_index: 0, item: done });
  return done;
}

function sayCall(
  send: Send,
  output_index: number,
  { name, args }: NonNullable<Reply['call']>,
): object {
  const call = {
    type: 'function_call',
    id: `fc_${Date.now()}`,
    call_id: `call_${Date.now()}`,
    name,
  };
  const begun = { ...call, arguments: '', status: 'in_progress' };
  const done = { ...call, arguments: JSON.stringify(args), status: 'completed' };
  const at = { item_id: call.id, output_index };
  send('response.output_item.added', { output_index, item: begun });
  send('response.function_call_arguments.delta', { ...at, delta: done.arguments });
  send('response.function_call_arguments.done', { ...at, arguments: done.arguments });
  send('response.output_item.done', { output_index, item: done });
  return done;
}
