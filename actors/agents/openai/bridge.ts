/**
 * The agent `openai` as a process: `openai-bridge.js OPTIONS_AS_JSON`, with the prompt on standard input and the key, if
 * any, in OPENAI_API_KEY. It prints the common vocabulary and exits with 1 when there was no answer.
 */
import { writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { lineOf, SIGN_OF_LIFE } from '../own-records.ts';
import { converse } from './conversation.ts';
import type { BridgeOptions } from './options.ts';

/** Milliseconds between lines that say nothing but that it lives. */
const LIFE_MS = 1_000;

await main();

async function main(): Promise<void> {
  // Made by our own adapter, of exactly this type.
  const options: BridgeOptions = JSON.parse(process.argv[2] ?? '{}');
  let lastAt = 0;
  const put = (line: string): void => {
    writeSync(1, line);
    lastAt = Date.now();
  };
  put(lineOf({ kind: 'session', sessionId: options.sessionId }));
  const result = await converse({
    ...options,
    prompt: await text(process.stdin),
    key: process.env.OPENAI_API_KEY?.trim() || null,
    say: (activity) => put(lineOf(activity)),
    live: () => {
      if (Date.now() - lastAt >= LIFE_MS) put(SIGN_OF_LIFE);
    },
    now: Date.now,
    pauseMs: 1_000,
  });
  put(lineOf(result));
  process.exitCode = result.failure ? 1 : 0;
}
