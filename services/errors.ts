/**
 * What goes wrong for a reason that a person can do something about: one class per meaning.
 *
 * Messages are complete sentences for a person; `code` and `exitCode` are for programs. Anything that is thrown and is
 * not one of these is a defect of oneshot.
 */

/** What each code means, in one line; the README's table is made from it. */
export const ERROR_CODES = {
  ONESHOT_USAGE: 'The command line is wrong: an unknown command or option, a wrong value, no task.',
  ONESHOT_CONFIG: 'A configuration file is missing, unreadable or has a wrong key or value.',
  ONESHOT_ENVIRONMENT: 'Something that a run needs is missing here: an agent, a supported system.',
  ONESHOT_RUN_NOT_FOUND: 'No run, or more than one, answers to the id.',
  ONESHOT_RUN_UNREADABLE:
    'The record of a run is damaged or from a newer version; nothing was changed.',
  ONESHOT_RUN_REFUSED: 'The run is in a state in which this cannot be done.',
  ONESHOT_LOCK_HELD: 'Another oneshot is working on this run.',
  ONESHOT_FOLDER_BUSY: 'Another run is going on in the same working folder.',
  ONESHOT_STORAGE: 'The run could not be recorded: disk full, read-only or not permitted.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Base of all errors that are told to a person without a stack. */
export abstract class OneshotError extends Error {
  readonly code: ErrorCode;
  /** What the process exits with when this ends it. */
  readonly exitCode: number;

  constructor(code: ErrorCode, exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** The command line is wrong; nothing was started. */
export class UsageError extends OneshotError {
  constructor(message: string, options?: ErrorOptions) {
    super('ONESHOT_USAGE', 2, message, options);
  }
}

/** A configuration file is wrong; nothing was started. The message has one line per problem. */
export class ConfigError extends OneshotError {
  constructor(message: string, options?: ErrorOptions) {
    super('ONESHOT_CONFIG', 2, message, options);
  }
}

/** What a run needs is not on this machine: no agent is installed, the system is not supported. */
export class EnvironmentError extends OneshotError {
  constructor(message: string, options?: ErrorOptions) {
    super('ONESHOT_ENVIRONMENT', 2, message, options);
  }
}

/** No run answers to the id that was given, or several do. */
export class RunNotFoundError extends OneshotError {
  constructor(message: string, options?: ErrorOptions) {
    super('ONESHOT_RUN_NOT_FOUND', 2, message, options);
  }
}

/** The record of a run cannot be trusted; it is left as it is. */
export class RunUnreadableError extends OneshotError {
  readonly path: string;
  /** Counted from 1; `null` when the trouble is not in one line. */
  readonly line: number | null;
  /** What is wrong, without the place. */
  readonly what: string;

  constructor(path: string, line: number | null, what: string, options?: ErrorOptions) {
    const place = line === null ? path : `${path}:${line}`;
    super('ONESHOT_RUN_UNREADABLE', 2, `${place}: ${what}`, options);
    this.path = path;
    this.line = line;
    this.what = what;
  }
}

/** The run's state does not allow what was asked; the exit code says which state it is. */
export class RunRefusedError extends OneshotError {
  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super('ONESHOT_RUN_REFUSED', exitCode, message, options);
  }
}

/** Another oneshot has the run. The message names its process. */
export class LockHeldError extends OneshotError {
  /** The process that has the lock, and the run that it has it for. */
  readonly holder: { readonly pid: number; readonly run: string };

  constructor(message: string, holder: LockHeldError['holder'], options?: ErrorOptions) {
    super('ONESHOT_LOCK_HELD', 2, message, options);
    this.holder = holder;
  }
}

/** Another run has the working folder. The message names the run. */
export class FolderBusyError extends OneshotError {
  constructor(message: string, options?: ErrorOptions) {
    super('ONESHOT_FOLDER_BUSY', 2, message, options);
  }
}

/** Something could not be written or read back. What was recorded before stays usable. */
export class StorageError extends OneshotError {
  readonly path: string;

  /** @param cause what the system said; its message becomes part of this one. */
  constructor(path: string, cause: unknown) {
    super('ONESHOT_STORAGE', 1, `${path}: ${messageOf(cause)}`, { cause });
    this.path = path;
  }
}

/** What a thrown value says. By its shape, since an error of another realm is no instance of this one's `Error`. */
export function messageOf(thrown: unknown): string {
  const said =
    typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown;
  return String(said);
}
