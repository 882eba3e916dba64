import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { splitCommandLine } from '../actors/agents/command-line.ts';

/** A command line as it is written in a folder, for use in another: files of that folder are named by their whole path. */
export function absoluteCommand(line: string, folder: string): string {
  const words = splitCommandLine(line).map((word, index) => {
    const path = resolve(folder, word);
    // A program without a slash is looked for on PATH.
    return isFile(path) && (index > 0 || word.includes('/')) ? path : word;
  });
  return words.map(quoted).join(' ');
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** So that it is one word again. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
