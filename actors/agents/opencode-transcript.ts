/** Reads opencode's database of sessions: SQLite with a write-ahead log that, after a kill, has all of the data. */
import { constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TranscriptOutcome } from '../../machines/judgement.ts';
import { boundText, type JsonObject } from '../stream-reader.ts';
import { textOf } from './json-fields.ts';
import { querySqlite } from './sqlite.ts';

/** Bytes of a database that are copied: of a larger one nothing is known. */
const SIZE_LIMIT = 2 * 1024 ** 3;

/** Characters of a tool call that a summary quotes. */
const CALL_LENGTH = 200;

/**
 * What a session shows, or `null` when the database is too large or nothing here can read it. The database may be in
 * use by other sessions, so a copy is read.
 */
export function readOpencodeTranscript(path: string, sessionId: string): TranscriptOutcome | null {
  // The id comes from the agent's own output and goes into a query.
  if (!/^\w+$/.test(sessionId)) return null;
  const copy = copyDatabase(path);
  if (copy === null) return null;
  try {
    const rows = querySqlite(copy.path, partsOf(sessionId));
    return rows === null || rows.length === 0 ? null : outcomeOf(rows);
  } finally {
    rmSync(copy.folder, { recursive: true, force: true });
  }
}

function copyDatabase(path: string): { folder: string; path: string } | null {
  const suffixes = ['', '-wal', '-shm'].filter((suffix) => existsSync(`${path}${suffix}`));
  const bytes = suffixes.reduce((sum, suffix) => sum + statSync(`${path}${suffix}`).size, 0);
  if (bytes > SIZE_LIMIT) return null;
  const folder = mkdtempSync(join(tmpdir(), `oneshot-opencode-${process.pid}-`));
  const copy = join(folder, 'db');
  for (const suffix of suffixes)
    copyFileSync(`${path}${suffix}`, `${copy}${suffix}`, constants.COPYFILE_FICLONE);
  return { folder, path: copy };
}

/** Messages in their order, each with its parts; one that has no part yet has a row too. */
function partsOf(sessionId: string): string {
  return `
    SELECT m.id AS message, json_extract(m.data, '$.role') AS role, json_extract(m.data, '$.finish') AS finish,
      json_extract(p.data, '$.type') AS type, json_extract(p.data, '$.text') AS text,
      json_extract(p.data, '$.tool') AS tool, json_extract(p.data, '$.state.input') AS input
    FROM message m LEFT JOIN part p ON p.message_id = m.id
    WHERE m.session_id = '${sessionId}' ORDER BY m.time_created, m.id, p.id`;
}

/** It is finished when the last message is the agent's and ended with a `stop`; a kill leaves one without an end. */
function outcomeOf(rows: readonly JsonObject[]): TranscriptOutcome {
  const last = rows.at(-1);
  const said = rows.filter(({ role }) => role === 'assistant');
  const texts = said.filter(({ type }) => type === 'text').map(({ text }) => textOf(text));
  return {
    finished: last?.role === 'assistant' && last.finish === 'stop',
    lastText: texts.filter((text) => text.trim() !== '').at(-1) ?? '',
    toolCalls: said
      .filter(({ type }) => type === 'tool')
      .map(({ tool, input }) => boundText(`${textOf(tool)} ${textOf(input)}`, CALL_LENGTH)),
  };
}
