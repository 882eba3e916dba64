/** The person at the terminal in which oneshot runs. */
import { readFileSync } from 'node:fs';
import type { Output } from './output.ts';
import type { Person } from './permission-desk.ts';

/** `null` where nobody can be asked: without a terminal, or in the background of one. */
export function terminalPerson({ notice }: Pick<Output, 'notice'>): Person | null {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY || !isInForeground()) return null;
  return {
    ask(question, signal) {
      notice(`${question}\nType y and Enter to allow it this once, Enter alone to refuse it.`);
      return new Promise((resolve) => {
        const end = (line: string | null): void => {
          stdin.off('data', take).off('end', stop).pause();
          signal.removeEventListener('abort', stop);
          resolve(line);
        };
        const take = (bytes: Buffer): void => end(bytes.toString('utf8').trim());
        const stop = (): void => end(null);
        stdin.on('data', take).on('end', stop).resume();
        signal.addEventListener('abort', stop, { once: true });
      });
    },
  };
}

/** A process in the background that reads from its terminal is suspended by it. Elsewhere than on Linux this is not told. */
function isInForeground(): boolean {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [, , group, , , foreground] = fields;
    return group === foreground;
  } catch {
    return true;
  }
}
