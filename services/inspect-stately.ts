/** A run as the Stately inspector wants it, over a WebSocket: what was and what comes, in one stream. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followLines } from './follow-lines.ts';
import { journalReader } from './journal.ts';
import type { Pace } from './pace.ts';
import type { RunFolder } from './run-store.ts';
import { statelyStream } from './stately-protocol.ts';
import type { Socket } from './websocket.ts';

export interface StatelyRequest {
  readonly folder: RunFolder;
  readonly socket: Socket;
  readonly pace: Pace;
  /** Folder of the pictures, where the definition is. */
  readonly assets: string;
}

/**
 * Sends a run from its beginning, so who connects late gets the definition, the way up to now, and with it the current
 * state. Ends when the reader leaves, or with the connection when the journal cannot be read on.
 */
export async function streamStately({
  folder,
  socket,
  pace,
  assets,
}: StatelyRequest): Promise<void> {
  try {
    const definition = readFileSync(join(assets, 'statechart.json'), 'utf8');
    const stream = statelyStream({ run: folder.id, definition });
    const read = journalReader(folder.journal);
    pace.begin();
    for await (const { lines } of followLines(folder.journal, socket)) {
      for (const { text } of lines) {
        const { entry } = read(text);
        await pace.until(entry.at, socket.signal);
        for (const message of stream.messagesOf(entry)) await socket.send(JSON.stringify(message));
      }
    }
  } finally {
    socket.close();
  }
}
