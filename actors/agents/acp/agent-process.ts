/** The agent's process: JSON-RPC over its standard input and output, its standard error passed on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { createLineSplitter } from '../../line-splitter.ts';
import { type JsonObject, parseRecord } from '../../stream-reader.ts';

export interface AgentProcess {
  readonly stream: Stream;
  /** Resolves when the process has ended, or could not be started, and all that it printed was read. Never rejects. */
  readonly ended: Promise<AgentEnd>;
  /** Ends it: closes its input, then signals. Resolves when it is gone. */
  end(): Promise<void>;
}

export interface AgentEnd {
  /** `exited with code 1`, `was killed by SIGKILL`, `could not be started: …`. */
  readonly course: string;
  /** Its program is not there or not executable. */
  readonly isMissing: boolean;
  /** The end of its standard error. */
  readonly complaint: string;
}

export interface ProcessNews {
  /** Bytes of any kind came. */
  onBytes(): void;
  /** A line that is no message of the protocol. */
  onNoise(line: string): void;
}

/** Characters of standard error that are kept. */
const COMPLAINT_LENGTH = 2_000;

/** Milliseconds for the output to be read after the end: what the agent left running may hold it open. */
const DRAIN_MS = 500;

/** Milliseconds that the agent has to end after its input was closed, and after SIGTERM. */
const END_MS = 2_000;

export function startAgent(
  command: readonly string[],
  cwd: string,
  { onBytes, onNoise }: ProcessNews,
): AgentProcess {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));

  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    process.stderr.write(bytes);
    complaint = (complaint + bytes.toString('utf8')).slice(-COMPLAINT_LENGTH);
    onBytes();
  });
  // Whoever writes to an agent that is gone learns it by its end.
  child.stdin.on('error', () => undefined);

  const closed = once(child, 'close').catch(() => null);
  const ended = new Promise<AgentEnd>((resolve) => {
    const end = (course: string, isMissing: boolean) => resolve({ course, isMissing, complaint });
    child.on('error', (error) => end(`could not be started: ${error.message}`, isMissing(error)));
    child.on('exit', async (code, signal) => {
      await Promise.race([closed, delay(DRAIN_MS)]);
      end(signal ? `was killed by ${signal}` : `exited with code ${code}`, false);
    });
  });

  return {
    ended,
    stream: {
      readable: messagesOf(child.stdout, { onBytes, onNoise }),
      writable: new WritableStream<AnyMessage>({
        write: (message) =>
          new Promise((written) =>
            child.stdin.write(`${JSON.stringify(message)}\n`, () => written()),
          ),
      }),
    },
    async end() {
      child.stdin.end();
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const isGone = await Promise.race([ended.then(() => true), delay(END_MS, false)]);
        if (isGone) return;
        child.kill(signal);
      }
      await ended;
    },
  };
}

/** The messages in the agent's output. What else it prints does no harm. */
function messagesOf(
  output: NodeJS.ReadableStream,
  { onBytes, onNoise }: ProcessNews,
): ReadableStream<AnyMessage> {
  let isOpen = true;
  return new ReadableStream<AnyMessage>({
    start(controller) {
      let offset = 0;
      const lines = createLineSplitter({
        onLine: (line) => {
          const message = parseRecord(line);
          if (!isMessage(message)) onNoise(line);
          else if (isOpen) controller.enqueue(message);
        },
        onOversize: (bytes) => onNoise(`a line of ${bytes} bytes`),
      });
      output.on('data', (bytes: Buffer) => {
        onBytes();
        lines.push(bytes, offset);
        offset += bytes.length;
      });
      output.on('end', () => {
        lines.end();
        if (isOpen) controller.close();
      });
    },
    // The output is read on, so that the agent is not held up by a full pipe.
    cancel() {
      isOpen = false;
    },
  });
}

/** The connection looks at the rest itself. */
function isMessage(record: JsonObject | null): record is JsonObject & AnyMessage {
  return record !== null && record.jsonrpc === '2.0';
}

function isMissing(error: Error): boolean {
  return 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
}
