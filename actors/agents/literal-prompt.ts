/** Prompts in a form in which an agent's command line takes them for words, and nothing in them for a command of its own. */

const NOTE =
  'Wherever \\@ stands below, an at sign alone is meant; the backslash only keeps it from being taken for a file.';

/** A prompt that begins with `/`, or for some with `!`, would be a command: it begins with a line end instead. */
export function withoutCommand(prompt: string): string {
  return /^[/!]/.test(prompt) ? `\n${prompt}` : prompt;
}

/**
 * `@name` would be looked for as a file, and what is found would be read into the prompt and the name be rewritten, also in
 * a quoted diff. A backslash is what keeps both from it; it stays in the text, so the text says what it means.
 */
export function withoutMentions(prompt: string): string {
  const escaped = prompt.replace(/(?<!\\)@/g, '\\@');
  return escaped === prompt ? prompt : `${NOTE}\n\n${escaped}`;
}
