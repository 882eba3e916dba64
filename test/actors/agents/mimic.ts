import type { AgentAdapter } from '../../../actors/agents/adapter.ts';
import { numberOrNull, textOf } from '../../../actors/agents/json-fields.ts';
import { failureOf } from '../../../actors/agents/stream-failure.ts';
import { boundAnswer } from '../../../actors/bounded-answer.ts';
import { boundText, type JsonObject, jsonLinesReader } from '../../../actors/stream-reader.ts';
import type { Activity } from '../../../machines/activity.ts';

/** Mimic: `mimic run --json` takes its prompt from standard input and prints one event a line. */
export const mimic: AgentAdapter = {
  name: 'mimic',
  title: 'Mimic',
  install: 'npm install -g mimic',
  endsWithResult: true,
  program: () => 'mimic',
  launch({ resume, settings }) {
    const model = settings.model === null ? [] : ['--model', settings.model];
    const session = resume === null ? [] : ['--resume', resume];
    const args = ['run', '--json', ...model, ...session, ...settings.args];
    return { program: 'mimic', args, input: 'prompt', sessionId: resume };
  },
  reader: (sink) => jsonLinesReader({ ...sink, onRecord: readEvent }),
  abilities: { resume: true, schema: false, usage: true, cost: false, prompt: 'stdin' },
};

function readEvent({ type, id, text, name, input, error, ...event }: JsonObject): Activity[] {
  switch (type) {
    case 'session':
      return [{ kind: 'session', sessionId: textOf(id) }];
    case 'say':
      return [{ kind: 'text', text: boundText(textOf(text)) }];
    case 'tool':
      return [
        {
          kind: 'toolCall',
          id: null,
          name: textOf(name),
          input: boundText(JSON.stringify(input ?? null)),
        },
      ];
    case 'tokens': {
      const [inputTokens, outputTokens] = [numberOrNull(event.in), numberOrNull(event.out)];
      return [{ kind: 'usage', inputTokens, outputTokens, costUsd: null }];
    }
    case 'end': {
      const login = 'Log in with `mimic login`.';
      const failure = error === undefined ? null : failureOf(textOf(error), { login });
      const answer = boundAnswer(textOf(text));
      return [{ kind: 'result', text: answer, structured: null, failure }];
    }
    default:
      return [];
  }
}
