/** What is left of a secret where a text was cut in the middle of it. */
import { CUT_NOTICE } from './cut-text.ts';
import type { SecretForm } from './redaction.ts';

/** Characters of a secret's beginning or end that are taken out where a text was cut; fewer tell nothing. */
const MIN_PART = 4;

/** Takes out the beginning of a secret whose end was cut off, and its end behind a cut after which the text goes on. */
export function redactCuts(text: string, forms: readonly SecretForm[]): string {
  let clean = '';
  let at = 0;
  for (const { 0: notice, index } of text.matchAll(CUT_NOTICE)) {
    clean += withoutBeginning(text.slice(at, index), forms) + notice;
    at = index + notice.length;
    const rest = text.slice(at + 1, at + 1 + longestOf(forms));
    const left = text[at] === '\n' ? endAtBeginning(rest, forms) : null;
    if (left) {
      clean += `\n${left.replacement}`;
      at += 1 + left.length;
    }
  }
  return clean + text.slice(at);
}

/** How much of a secret's end the text begins with, of the secret of which it is most. */
function endAtBeginning(text: string, forms: readonly SecretForm[]) {
  const ends = forms.map(({ text: secret, replacement }) => {
    for (let length = Math.min(secret.length, text.length); length >= MIN_PART; length -= 1)
      if (text.startsWith(secret.slice(-length))) return { length, replacement };
    return { length: 0, replacement };
  });
  const longest = ends.sort((a, b) => b.length - a.length)[0];
  return longest && longest.length > 0 ? longest : null;
}

function longestOf(forms: readonly SecretForm[]): number {
  return Math.max(...forms.map(({ text }) => text.length));
}

function withoutBeginning(text: string, forms: readonly SecretForm[]): string {
  const cut = forms
    .map((form) => ({ form, length: beginningAtEnd(text, form.text) }))
    .sort((a, b) => b.length - a.length)[0];
  if (!cut || cut.length === 0) return text;
  return text.slice(0, text.length - cut.length) + cut.form.replacement;
}

/** How much of a secret's beginning the text ends with. */
function beginningAtEnd(text: string, secret: string): number {
  for (let length = Math.min(secret.length, text.length); length >= MIN_PART; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return length;
  }
  return 0;
}
