/** The forms in which one request may be made, from the one that gives most to the one that every endpoint takes. */
import { VERDICT_SCHEMA } from '../../../machines/prompts.ts';

export interface Ask {
  readonly model: string;
  readonly prompt: string;
  /** Whether the answer is to be a verdict as JSON. */
  readonly asVerdict: boolean;
  /** Further fields of the request, as the user gave them. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Form {
  /** What a form has that the next one has not, for a message. */
  readonly asks: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the answer is JSON when the endpoint took this form. */
  readonly isTyped: boolean;
}

const SCHEMA = {
  type: 'json_schema',
  json_schema: { name: 'verdict', strict: true, schema: VERDICT_SCHEMA },
};
const OBJECT = { type: 'json_object' };
const COUNTED = { stream_options: { include_usage: true } };

export function formsOf({ model, prompt, asVerdict, parameters }: Ask): readonly [Form, ...Form[]] {
  const plain = {
    ...parameters,
    model,
    messages: [{ role: 'user', content: prompt }],
    stream: true,
  };
  const counted = { ...plain, ...COUNTED };
  const untyped: [Form, ...Form[]] = [
    { asks: 'usage figures', body: counted, isTyped: false },
    { asks: 'an answer', body: plain, isTyped: false },
  ];
  if (!asVerdict) return untyped;
  return [
    {
      asks: 'an answer by JSON Schema',
      body: { ...counted, response_format: SCHEMA },
      isTyped: true,
    },
    { asks: 'an answer in JSON', body: { ...counted, response_format: OBJECT }, isTyped: true },
    ...untyped,
  ];
}
