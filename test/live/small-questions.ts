/** What the model says to the small questions of `oneshot agents verify`. */
import type { Question, Reply } from './model/protocol.ts';
import { answerCall } from './model/tool-choice.ts';

const VERDICT = { verdict: 'done', feedback: 'It is the word.', findings: [] };

/** Of the last of them in the conversation, since a session goes on. */
const ANSWERS: readonly (readonly [asked: string, answer: (question: Question) => Reply])[] = [
  ['End your answer with exactly one JSON object', judge],
  ['Count from 1 to 5000', () => ({ text: 'one\ntwo\n'.repeat(100), call: null, pause: forever })],
  ['the same word once more', () => ({ text: 'KINGFISHER', call: null })],
  ['KINGFISHER', () => ({ text: 'KINGFISHER', call: null })],
];

/** `null` when it is none of them. */
export function answerSmall(question: Question): Reply | null {
  const all = question.words.join('\n');
  const found = ANSWERS.find(([asked]) => all.includes(asked));
  return found?.[1](question) ?? null;
}

function judge(question: Question): Reply {
  const text = JSON.stringify(VERDICT);
  if (question.form) return { text, call: null };
  if (question.followsTool) return { text: 'That is my verdict.', call: null };
  const call = answerCall(question, VERDICT);
  return { text: call ? '' : text, call };
}

function forever(): Promise<void> {
  return new Promise(() => {});
}
