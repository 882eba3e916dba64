/** Why a turn came to nothing. */
import { RequestError } from '@agentclientprotocol/sdk';
import type { StreamFailure } from '../../../machines/activity.ts';
import { objectOf, textOf } from '../json-fields.ts';
import { failureOf } from '../stream-failure.ts';
import type { AgentEnd } from './agent-process.ts';

/** Thrown where it is known what is wrong. */
export class TurnFailure extends Error {
  readonly class: StreamFailure['class'];

  constructor(endClass: StreamFailure['class'], message: string) {
    super(message);
    this.name = 'TurnFailure';
    this.class = endClass;
  }
}

const LOGIN = 'Log in with the agent itself, then go on.';

/** The failure that an error of any kind is. */
export function failureOfError(error: unknown): StreamFailure {
  if (error instanceof TurnFailure)
    return { class: error.class, message: error.message, resumeAt: null };
  if (!(error instanceof RequestError)) return failureOf(`${error}`);
  const evidence = JSON.stringify(error.data ?? null);
  return failureOf(wordsOf(error), { evidence, login: LOGIN });
}

/** Often the message says only that something is wrong, and the data what. */
function wordsOf({ message, data }: RequestError): string {
  const details = textOf(data) || textOf(objectOf(data).details) || textOf(objectOf(data).message);
  return details === '' || message.includes(details) ? message : `${message}: ${details}`;
}

/** The failure of an agent whose process ended before its turn. */
export function failureOfEnd({ course, isMissing, complaint }: AgentEnd): StreamFailure {
  if (isMissing) return { class: 'notFound', message: `The agent ${course}.`, resumeAt: null };
  const said = complaint.trim().split('\n').slice(-3).join('\n');
  const tail = said === '' ? '' : ` It said: ${said}`;
  return failureOf(`The agent ${course} before its turn was over.${tail}`, { login: LOGIN });
}
