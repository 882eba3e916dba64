/** What the scripted agent plays: for each role a list of parts, one for each of its attempts; the last repeats. */
export interface Scenario {
  readonly worker?: readonly (readonly Step[])[];
  readonly auditor?: readonly (readonly Step[])[];
}

export type Step =
  | { readonly say: string }
  | { readonly think: string }
  | {
      readonly tool: string;
      readonly input: string;
      readonly output?: string;
      readonly ok?: boolean;
    }
  | {
      readonly usage: {
        readonly inputTokens?: number;
        readonly outputTokens?: number;
        readonly costUsd?: number;
      };
    }
  /** Writes a file of the work tree. */
  | { readonly write: string; readonly text: string }
  /** The final result, as text, or an auditor's verdict. */
  | { readonly result: string; readonly failure?: string; readonly resumeAt?: number }
  | {
      readonly verdict: 'done' | 'retry' | 'impossible';
      readonly feedback?: string;
      readonly findings?: readonly string[];
    }
  /** Prints as it stands, without a newline of its own. */
  | { readonly print: string }
  /** The same line again and again. */
  | { readonly repeat: string; readonly times: number }
  /** Milliseconds. */
  | { readonly pause: number }
  | { readonly hang: true }
  | { readonly exit: number }
  /** Dies of a signal, e.g. `SIGKILL`. */
  | { readonly die: NodeJS.Signals }
  | { readonly ignore: NodeJS.Signals }
  /** Leaves a process behind for so many seconds, in a session of its own or not. */
  | { readonly leave: number; readonly ownSession?: boolean }
  /** Waits until a file of the work tree is there. */
  | { readonly until: string };

/** The demo: wrong at first, judged, finished but hanging, salvaged, judged again. */
export const DEMO: Scenario = {
  worker: [
    [
      { say: 'I will write greeting.txt.' },
      { pause: 400 },
      { tool: 'write', input: 'greeting.txt' },
      { write: 'greeting.txt', text: 'Helo, wrld!\n' },
      { usage: { inputTokens: 1200, outputTokens: 85, costUsd: 0.0041 } },
      { pause: 300 },
      { result: 'greeting.txt is written.' },
    ],
    [
      { say: 'The auditor found two typing errors. I will correct them.' },
      { pause: 400 },
      { tool: 'write', input: 'greeting.txt' },
      { write: 'greeting.txt', text: 'Hello, world!\n' },
      { usage: { inputTokens: 1500, outputTokens: 60, costUsd: 0.0049 } },
      { pause: 300 },
      { result: 'greeting.txt now says "Hello, world!".' },
      { hang: true },
    ],
  ],
  auditor: [
    [
      { say: 'I will look at greeting.txt.' },
      { pause: 400 },
      { tool: 'read', input: 'greeting.txt', output: 'Helo, wrld!' },
      { usage: { inputTokens: 900, outputTokens: 70, costUsd: 0.003 } },
      {
        verdict: 'retry',
        feedback: 'The greeting is misspelled. It must say exactly: Hello, world!',
        findings: ['greeting.txt: "Helo" must be "Hello"', 'greeting.txt: "wrld" must be "world"'],
      },
    ],
    [
      { say: 'I will look at greeting.txt again.' },
      { pause: 400 },
      { tool: 'read', input: 'greeting.txt', output: 'Hello, world!' },
      { usage: { inputTokens: 950, outputTokens: 40, costUsd: 0.0029 } },
      { verdict: 'done', feedback: 'greeting.txt says exactly what was asked for.' },
    ],
  ],
};
