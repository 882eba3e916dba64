/**
 * The agent `acp` as a process: `acp-bridge.js OPTIONS_AS_JSON`, with the prompt on standard input. It starts the agent,
 * takes one turn with it, prints the common vocabulary, and ends the agent. SIGTERM and SIGINT cancel the turn.
 */
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { RequestError } from '@agentclientprotocol/sdk';
import { uptimeMs } from '../../uptime.ts';
import { createBridgeOutput } from '../bridge-output.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { failureOfEnd, failureOfError, TurnFailure } from './failure.ts';
import type { BridgeOptions } from './options.ts';
import { type Result, type Turn, takeTurn } from './turn.ts';

/** Milliseconds that an agent has to answer a cancellation, or to end after its connection closed. */
const PATIENCE_MS = 2_000;

/** Milliseconds in which what an agent said before it ended is taken up. */
const LAST_WORD_MS = 100;

const STOPPED = {
  class: 'stopped',
  message: 'It was stopped before its turn was over.',
  resumeAt: null,
} as const;

await main();

async function main(): Promise<void> {
  // Made by our own adapter, of exactly this type.
  const options: BridgeOptions = JSON.parse(process.argv[2] ?? '{}');
  const { say, live } = createBridgeOutput();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  const agent = startAgent(options.command, options.cwd, {
    onBytes: live,
    onNoise: (line) => process.stderr.write(`${line}\n`),
  });
  const prompt = await text(process.stdin);
  const result = await resultOf(agent, {
    ...options,
    prompt,
    signal: stopping.signal,
    say,
    live,
    now: uptimeMs,
  });
  say(result);
  await agent.end();
  process.exit(result.failure ? 1 : 0);
}

/** The turn's result, or what came before it: the end of the agent, or of its time to answer a cancellation. */
async function resultOf(agent: AgentProcess, turn: Turn): Promise<Result> {
  const died = agent.ended.then(async (end) => {
    await delay(LAST_WORD_MS);
    return failed(turn.signal.aborted ? STOPPED : failureOfEnd(end));
  });
  const taken = takeTurn(agent.stream, turn).catch((error) => {
    // A connection that closed tells less than the end of the process that closed it.
    const isSaid = error instanceof RequestError || error instanceof TurnFailure;
    return isSaid ? failed(failureOfError(error)) : orAfter(died, failed(failureOfError(error)));
  });
  const stopped = aborted(turn.signal).then(() => orAfter(died, failed(STOPPED)));
  return Promise.race([taken, died, stopped]);
}

/** What comes in time, or else the other. */
function orAfter(first: Promise<Result>, other: Result): Promise<Result> {
  return Promise.race([first, delay(PATIENCE_MS, other)]);
}

function failed(failure: Exclude<Result['failure'], null>): Result {
  return { kind: 'result', text: '', structured: null, failure };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
