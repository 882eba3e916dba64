import type { Activity } from '../../machines/activity.ts';
import { boundText } from '../stream-reader.ts';

/** Milliseconds and characters after which words are said though their line goes on. */
const LONGEST_HOLD_MS = 500;
const LONGEST_HELD = 2_000;

export interface Words {
  add(kind: 'text' | 'thinking', words: string): void;
  /** Says what is held back. */
  flush(): void;
}

/**
 * Gathers the words of a model, which come a token at a time, into activities of whole lines or half a second.
 *
 * @param now milliseconds on a clock that nobody sets.
 */
export function createWords(say: (activity: Activity) => void, now: () => number): Words {
  let kind: 'text' | 'thinking' = 'text';
  let held = '';
  let since = 0;

  const flush = (): void => {
    if (held.trim() !== '') say({ kind, text: boundText(held.replace(/\n$/, '')) });
    held = '';
  };
  const sayUpTo = (end: number): void => {
    const rest = held.slice(end);
    held = held.slice(0, end);
    flush();
    held = rest;
    since = now();
  };
  return {
    add(newKind, words) {
      if (words === '') return;
      if (newKind !== kind) flush();
      kind = newKind;
      if (held === '') since = now();
      held += words;
      const isDue = held.length > LONGEST_HELD || now() - since > LONGEST_HOLD_MS;
      const lineEnd = held.lastIndexOf('\n') + 1;
      if (isDue) sayUpTo(held.length);
      else if (lineEnd > 0) sayUpTo(lineEnd);
    },
    flush,
  };
}
