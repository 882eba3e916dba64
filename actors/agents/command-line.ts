import { LaunchRefusal } from './adapter.ts';

/**
 * Splits a command line into words as a shell does: blanks separate, quotes and backslashes keep together. Nothing is
 * expanded and nothing is run by a shell; who wants one writes `sh -c '…'`.
 */
export function splitCommandLine(line: string): string[] {
  const words: string[] = [];
  const pattern = /((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/gs;
  for (const [word] of line.matchAll(pattern)) words.push(unquote(word));
  return words;
}

/** Bytes that Linux takes as one argument of a program; one more is E2BIG. */
export const ARGUMENT_LIMIT = 131_071;

/** The prompt as an argument, where an agent takes it no other way. `advice` is what to do when it is too long. */
export function promptArgument(
  prompt: string,
  agent: string,
  advice = 'Use standard input or {promptFile}, or shorten the task.',
): string {
  const bytes = Buffer.byteLength(prompt);
  if (bytes <= ARGUMENT_LIMIT) return prompt;
  throw new LaunchRefusal(
    'contextTooLong',
    `The prompt has ${bytes} bytes, and ${agent} takes it as an argument, of which the limit is ` +
      `${ARGUMENT_LIMIT} bytes. ${advice}`,
  );
}

function unquote(word: string): string {
  return word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double, single, escaped) => {
    if (double !== undefined) return double.replace(/\\(["\\$`])/g, '$1');
    return single ?? escaped;
  });
}
