import type { Activity, StreamFailure } from '../../machines/activity.ts';
import type { Role } from '../../machines/contracts.ts';
import type { TranscriptOutcome } from '../../machines/judgement.ts';
import type { StreamReader } from '../stream-reader.ts';

/**
 * What oneshot knows about one agent CLI: how to start it, how to read its stream, where its own transcript lies.
 * An adapter decides nothing and starts nothing; one file per agent, one row in the registry.
 */
export interface AgentAdapter {
  /** As in `--agent NAME`. */
  readonly name: string;
  /** One line for a person: what it is. */
  readonly title: string;
  /** What to type to install it; `null` for what comes with oneshot. */
  readonly install: string | null;
  /**
   * Whether a finished run of this agent always has a `result` in its stream. Then nothing else is its answer;
   * without, what it printed is, when it exits with 0.
   */
  readonly endsWithResult: boolean;
  /** The program to look for: a name for PATH, or a path. */
  program(settings: AgentSettings): string;
  /**
   * The prompt in the form in which this agent takes it for words: what it would take for a command of its own, or for a
   * file to read, is written otherwise. Default: as it is.
   */
  literalPrompt?(prompt: string): string;
  /** How to start it on a prompt. Throws {@link LaunchRefusal} when it cannot be, with what to do. */
  launch(request: LaunchRequest): Launch;
  /** Reads the agent's stdout into activities. */
  reader(sink: ReaderSink, settings: AgentSettings): StreamReader;
  /** What the settings lack for this agent, with the option that gives it; `null` when they are complete. */
  lacks?(settings: AgentSettings): string | null;
  /** What the machine must have for this agent; a message with the ways out, or `null` when all is well. */
  preflight?(place: LaunchPlace): string | null;
  /** What an exit code says of a failure where the stream has no result; `null` when nothing more than that it failed. */
  failureOfExit?(exitCode: number, complaint: string): StreamFailure | null;
  /** The agent's own record of its sessions, where it keeps one. */
  readonly transcript?: TranscriptSource;
  /** Whether a process of the tree is a service that the agent's CLI shares between its sessions: it is left running. */
  isSharedService?(commandLine: string): boolean;
  /** Figures of its usage that count a resumed session from its beginning, not from the start of this attempt. */
  readonly sessionTotals?: readonly ('tokens' | 'cost')[];
  readonly abilities: AgentAbilities;
}

/** What an agent can do, for `oneshot agents` and the README. */
export interface AgentAbilities {
  /** A session that was cut short can go on with its memory. */
  readonly resume: boolean;
  /** A typed answer, by a JSON Schema. */
  readonly schema: boolean;
  /** Its stream tells the tokens that it used. */
  readonly usage: boolean;
  /** Its stream tells what it cost. */
  readonly cost: boolean;
  /** How it gets the prompt. */
  readonly prompt: 'stdin' | 'argument' | 'file';
}

/** Where an agent records its sessions itself, and how to read that. */
export interface TranscriptSource {
  /** The file of a session, or `null` while there is none: its growth is a sign of life. May look into folders. */
  find(place: LaunchPlace, sessionId: string): string | null;
  /** What it shows, after an abnormal end. What it throws counts as not readable. Never changes the file. */
  read(path: string, sessionId: string): TranscriptOutcome | null;
}

/** What a person chose for the agent of one role. */
export interface AgentSettings {
  readonly model: string | null;
  /** The command line of the agents `command` and `acp`. */
  readonly command: string | null;
  readonly output: 'text' | 'jsonl' | 'auto';
  /** Further arguments for the agent's own command line. */
  readonly args: readonly string[];
  /** Where the endpoint of the agent `openai` is; `null` or none: where OpenAI's own clients look for it. */
  readonly baseUrl?: string | null;
  /** What the agent `acp` is answered when it asks for permission. Default: `allow`, as all others are started. */
  readonly permissions?: Permissions;
}

/** `ask` is for a person at a terminal; where there is none it is `deny`, and the agent is told so. */
export type Permissions = 'allow' | 'deny' | 'ask';

/** Where an agent is to run. */
export interface LaunchPlace {
  /** The work tree, as its real path. */
  readonly cwd: string;
  readonly home: string;
  readonly isRoot: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface LaunchRequest {
  readonly role: Role;
  readonly prompt: string;
  /** Absolute path of the file that holds the prompt. */
  readonly promptFile: string;
  /** A fresh UUID, for agents that take their session id from outside. */
  readonly sessionId: string;
  /** A session of an earlier attempt of this role that is to go on, where the agent can do that; `null` for a fresh one. */
  readonly resume: string | null;
  /** Absolute path that a file of this attempt gets when the launch asks for one (see {@link Launch.files}). */
  file(name: string): string;
  readonly settings: AgentSettings;
  readonly place: LaunchPlace;
}

export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** What its standard input is: the prompt, or nothing. */
  readonly input: 'prompt' | 'nothing';
  /** The session id when it is known before the start. */
  readonly sessionId: string | null;
  /** Files of the attempt's folder to write before the start, by name, e.g. a JSON Schema. Default: none. */
  readonly files?: Readonly<Record<string, string>>;
  /** Variables that the agent gets beside oneshot's own, for what has no flag. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where a reader puts what it read: the activity, and the offset in stdout after which it is complete. */
export interface ReaderSink {
  emit(activity: Activity, endOffset: number): void;
}

/** The attempt cannot be started like this, and another try would be the same. */
export class LaunchRefusal extends Error {
  readonly class: 'notFound' | 'contextTooLong';

  constructor(endClass: 'notFound' | 'contextTooLong', message: string) {
    super(message);
    this.name = 'LaunchRefusal';
    this.class = endClass;
  }
}
