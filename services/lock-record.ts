import type { ProcessIdentity } from '../actors/process-identity.ts';

/** What stands in a lock file: the process that holds it, and what for. */
export interface LockRecord extends ProcessIdentity {
  readonly version: 1;
  /** Rises with every holder, as long as the lock is taken over and not released. */
  readonly generation: number;
  /** The run that it is held for. */
  readonly run: string;
  /** Epoch milliseconds. */
  readonly acquiredAt: number;
}

/** The record in a lock file's text; `null` when it is torn, damaged or of another version. */
export function parseLockRecord(text: string): LockRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return isLockRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isLockRecord(value: unknown): value is LockRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const strings = ['startTime', 'bootId', 'host', 'run'].map((name) => fields.get(name));
  const numbers = ['pid', 'generation', 'acquiredAt'].map((name) => fields.get(name));
  const namespace = fields.get('pidNamespace');
  return (
    fields.get('version') === 1 &&
    strings.every((field) => typeof field === 'string') &&
    numbers.every((field) => Number.isSafeInteger(field)) &&
    (namespace === null || typeof namespace === 'string')
  );
}
