/**
 * The agent `openai` as a process: `openai-bridge.js OPTIONS_AS_JSON`, with the prompt on standard input and the key, if
 * any, in OPENAI_API_KEY. It prints the common vocabulary and exits with 1 when there was no answer.
 */
import { text } from 'node:stream/consumers';
import { createBridgeOutput } from '../bridge-output.ts';
import { converse } from './conversation.ts';
import type { BridgeOptions } from './options.ts';

await main();

async function main(): Promise<void> {
  // Made by our own adapter, of exactly this type.
  const options: BridgeOptions = JSON.parse(process.argv[2] ?? '{}');
  const output = createBridgeOutput();
  output.say({ kind: 'session', sessionId: options.sessionId });
  const result = await converse({
    ...options,
    ...output,
    prompt: await text(process.stdin),
    key: process.env.OPENAI_API_KEY?.trim() || null,
    now: Date.now,
    pauseMs: 1_000,
  });
  output.say(result);
  process.exitCode = result.failure ? 1 : 0;
}
