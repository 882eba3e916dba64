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

/** Gemini's generateContent, streamed. */
export const gemini: Protocol = {
  path: /:(streamG|g)enerateContent$/,
  read({ contents: list, tools, generationConfig }) {
    const contents = objectsOf(list);
    const users = contents.filter(({ role }) => role !== 'model');
    const lastSaid = contents.findLastIndex(({ role }) => role === 'model');
    const since = contents.slice(lastSaid + 1).flatMap(({ parts }) => objectsOf(parts));
    const { responseJsonSchema, responseSchema } = objectOf(generationConfig);
    const form = responseJsonSchema ?? responseSchema;
    return {
      words: users.flatMap(({ parts }) => textsOf(parts)),
      tools: objectsOf(tools)
        .flatMap(({ functionDeclarations }) => objectsOf(functionDeclarations))
        .map((tool) => ({
          name: String(tool.name),
          schema: objectOf(tool.parametersJsonSchema ?? tool.parameters),
        })),
      followsTool: since.some(({ functionResponse }) => functionResponse),
      form: form ? objectOf(form) : null,
    };
  },
  wantsStream: (path) => path.endsWith(':streamGenerateContent'),
  write,
  whole: ({ text }) => answerOf([{ text }], { finishReason: 'STOP' }),
  refusals: {
    key: refused(401, 'UNAUTHENTICATED', 'API key not valid. Please pass a valid API key.'),
    length: refused(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1214321) exceeds the maximum number of tokens allowed (1048576).',
    ),
  },
};

function refused(code: number, status: string, message: string): Refused {
  return { status: code, body: { error: { code, message, status } } };
}

async function write(stream: EventStream, reply: Reply): Promise<void> {
  await eachPiece(reply, (text) => stream.send(answerOf([{ text }])));
  const last = reply.call ? { functionCall: reply.call } : { text: '' };
  stream.send(answerOf([last], { finishReason: 'STOP' }));
  stream.end();
}

function answerOf(parts: readonly object[], rest: object = {}): Json {
  return {
    candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }],
    usageMetadata: {
      promptTokenCount: USAGE.input,
      candidatesTokenCount: USAGE.output,
      totalTokenCount: USAGE.input + USAGE.output,
    },
    modelVersion: 'fake',
  };
}
