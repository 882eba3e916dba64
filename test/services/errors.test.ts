import { describe, expect, it } from '@jest/globals';
import {
  ConfigError,
  EnvironmentError,
  ERROR_CODES,
  FolderBusyError,
  LockHeldError,
  OneshotError,
  RunNotFoundError,
  RunRefusedError,
  RunUnreadableError,
  StorageError,
  UsageError,
} from '../../services/errors.ts';

const ROWS = [
  [new UsageError('m'), 'UsageError', 'ONESHOT_USAGE', 2],
  [new ConfigError('m'), 'ConfigError', 'ONESHOT_CONFIG', 2],
  [new EnvironmentError('m'), 'EnvironmentError', 'ONESHOT_ENVIRONMENT', 2],
  [new RunNotFoundError('m'), 'RunNotFoundError', 'ONESHOT_RUN_NOT_FOUND', 2],
  [new RunUnreadableError('/p', 3, 'm'), 'RunUnreadableError', 'ONESHOT_RUN_UNREADABLE', 2],
  [new RunRefusedError('m', 3), 'RunRefusedError', 'ONESHOT_RUN_REFUSED', 3],
  [new LockHeldError('m', { pid: 1, run: 'r' }), 'LockHeldError', 'ONESHOT_LOCK_HELD', 2],
  [new FolderBusyError('m'), 'FolderBusyError', 'ONESHOT_FOLDER_BUSY', 2],
  [new StorageError('/p', new Error('full')), 'StorageError', 'ONESHOT_STORAGE', 1],
] as const;

describe('errors', () => {
  it.each(ROWS)('%s is told apart by class, code and exit code', (error, name, code, exitCode) => {
    expect(error).toBeInstanceOf(OneshotError);
    expect([error.name, error.code, error.exitCode]).toEqual([name, code, exitCode]);
  });

  it('have a meaning for every code, and a class for every meaning', () => {
    expect(ROWS.map(([error]) => error.code).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  });

  it.each([
    [3, '/run/journal.ndjson:3: is cut off'],
    [null, '/run/journal.ndjson: is cut off'],
  ])('name file and line (%s) of a record that cannot be read', (line, message) => {
    expect(new RunUnreadableError('/run/journal.ndjson', line, 'is cut off').message).toBe(message);
  });

  it('name the path that could not be written and keep what the system said', () => {
    const cause = new Error('ENOSPC: no space left on device');
    const error = new StorageError('/run', cause);
    expect(error.message).toBe('/run: ENOSPC: no space left on device');
    expect(error.cause).toBe(cause);
  });
});
