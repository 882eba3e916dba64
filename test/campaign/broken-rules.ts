/** The rules of the campaign, each as the sentence that says how it was broken. */
export const BROKEN = {
  // What the agents see.
  unrecorded: (attempt: string) => `${attempt} ran without its record`,
  overlap: (attempt: string, pid: string) =>
    `${attempt} ran while a process of another attempt was alive (${pid})`,
  startedTwice: (attempt: string) => `${attempt} was started twice`,
  doneAgain: (attempt: string, given: string) =>
    `${attempt} was started after the result of ${given}`,
  unchecked: (attempt: string) => `${attempt} was started without checks that passed`,
  workLost: (attempt: string) => `the work of ${attempt} is lost`,
  falseEnd: (state: string, verdict: string) => `it is ${state}, the last verdict was ${verdict}`,

  // How oneshot ends.
  otherEnd: (end: string, expected: string) => `it ended as ${end} instead of ${expected}`,
  noEnd: (starts: string) => `it has no end after ${starts} starts`,
  exit: (code: string, err: string) => `oneshot ended with ${code}: ${err}`,
  left: (pid: string, command: string) => `process ${pid} is left: ${command}`,
  command: (command: string, code: string, err: string) =>
    `oneshot ${command} ended with ${code}: ${err}`,

  // What is on disk.
  runGone: () => 'the run is not there any more',
  transitionsLost: () => 'recorded transitions are lost',
  replay: (kind: string, message: string) => `the replay is ${kind}: ${message}`,
  unreadable: (message: string) => `the record cannot be read: ${message}`,
  snapshotMissing: () => 'oneshot.json is missing',
  snapshotTorn: (message: string) => `oneshot.json is torn: ${message}`,
  snapshotBehind: (seq: string, last: string) =>
    `oneshot.json is at ${seq}, the journal at ${last}`,

  // Two at once.
  bothGoOn: () => 'both go on with the run',
  bothEnded: (first: string) => `both ended; the first of them ${first}`,
  loser: (said: string) => `the one that does not go on ${said}`,
  afterRaces: (code: string, err: string) => `after the races it ended with ${code}: ${err}`,
} as const;

export type Rule = keyof typeof BROKEN;

const ANYTHING = '\0';

/** Matches the sentence of a rule, whatever it names. */
export function sentenceOf(rule: Rule): RegExp {
  const say: (...named: string[]) => string = BROKEN[rule];
  const sentence = say(ANYTHING, ANYTHING, ANYTHING);
  const pattern = sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(ANYTHING, '[^]*');
  return new RegExp(`^${pattern}$`);
}
