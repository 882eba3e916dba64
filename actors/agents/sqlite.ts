/** Queries a SQLite database with what is here: Node's own module (Node 22.13 and later), or the program `sqlite3`. */
import { execFileSync } from 'node:child_process';
import type { JsonObject } from '../stream-reader.ts';
import { arrayOf } from './json-fields.ts';

/** What is used of `node:sqlite`, of which Node 20 has neither the module nor the types. */
interface SqliteModule {
  readonly DatabaseSync: new (
    path: string,
  ) => {
    prepare(sql: string): { all(): unknown[] };
    close(): void;
  };
}

/** Milliseconds that the program may take. */
const PROGRAM_LIMIT_MS = 30_000;

/** Bytes of an answer of the program. */
const ANSWER_LIMIT = 256 * 1024 * 1024;

/**
 * The rows of a query, or `null` when nothing here can read SQLite. Throws what is wrong with the database. The file may
 * be written to (a write-ahead log is taken in), so it must be the caller's own copy.
 */
export function querySqlite(path: string, sql: string): JsonObject[] | null {
  const sqlite = loadModule();
  return sqlite ? queryByModule(sqlite, path, sql) : queryByProgram(path, sql);
}

function queryByModule({ DatabaseSync }: SqliteModule, path: string, sql: string): JsonObject[] {
  const database = new DatabaseSync(path);
  try {
    return arrayOf(database.prepare(sql).all());
  } finally {
    database.close();
  }
}

function queryByProgram(path: string, sql: string): JsonObject[] | null {
  try {
    const answer = execFileSync('sqlite3', ['-json', path, sql], {
      encoding: 'utf8',
      maxBuffer: ANSWER_LIMIT,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PROGRAM_LIMIT_MS,
    });
    return answer.trim() === '' ? [] : arrayOf(JSON.parse(answer));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

/** Node says on stderr that the module is experimental, once; on the screen of a run that would be noise. */
function loadModule(): SqliteModule | null {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    // Where there is such a module it has this class.
    return (process.getBuiltinModule('node:sqlite') as unknown as SqliteModule | undefined) ?? null;
  } finally {
    process.emitWarning = emitWarning;
  }
}
