/**
 * Whether there is anything behind the command line of a check: a script of npm's that is not there, or holds nothing,
 * may end with exit code 0, and a program that is not there proves nothing. Only what is plain to see is judged: the part
 * before the first sign by which a shell could make something else of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LaunchPlace } from './agents/adapter.ts';
import { lookUpProgram } from './agents/lookup.ts';

/** Why the scripts that it runs prove nothing, as a sentence; `null` where nothing speaks against them. */
export function emptyScript(command: string, cwd: string): string | null {
  // Another folder, or another way out: then what is missing here may be none.
  if (/\|\||(^|[\s;&|])(cd|pushd)\s/.test(command)) return null;
  const names = plainPart(command)
    .split(/&&|[;|\n]/)
    .flatMap(scriptOf);
  const problems = names.map((name) => problemOf(name, cwd));
  return problems.find((problem) => problem !== null) ?? null;
}

/** The same, or that its program is not there: at the beginning of a run, which may be about to make it. */
export function missingTarget(command: string, place: LaunchPlace): string | null {
  const [program] = wordsOf(plainPart(command).split(/&&|[;|&\n]/)[0] ?? '');
  const isPlain =
    program !== undefined && /^[\w./+-]+$/.test(program) && !OF_THE_SHELL.has(program);
  const found = isPlain ? lookUpProgram(program, place) : null;
  if (found?.found === false) {
    const what = found.why === 'missing' ? 'is not there' : 'is not executable';
    return `The program "${program}" ${what}.`;
  }
  return emptyScript(command, place.cwd);
}

/** What a shell has itself, and the words of its language. */
const OF_THE_SHELL = new Set(
  (
    '. alias bg break case cd command continue do done echo elif else esac eval exec exit export false fg fi for getopts ' +
    'hash if in jobs kill printf pwd read readonly return set shift test then times trap true type ulimit umask unalias ' +
    'unset until wait while'
  ).split(' '),
);

/** Cut off with the word in which the sign stands. */
function plainPart(command: string): string {
  const sign = command.search(/["'\\`$(){}<>*?#]/);
  return sign < 0 ? command : command.slice(0, sign).replace(/\S*$/, '');
}

function wordsOf(part: string): string[] {
  const words = part.trim().split(/\s+/).filter(Boolean);
  const first = words.findIndex((word) => !/^\w+=/.test(word));
  return first < 0 ? [] : words.slice(first);
}

/** The script that a part of a command line runs by npm, in the package of the folder. */
function scriptOf(part: string): string[] {
  const [program, ...all] = wordsOf(part);
  const end = all.indexOf('--');
  const words = end < 0 ? all : all.slice(0, end);
  // Of another package.
  if (program !== 'npm' || words.some((word) => /^(-w|-C|--(workspaces?|prefix)\b)/.test(word)))
    return [];
  const [verb, name] = words.filter((word) => !word.startsWith('-'));
  if (verb === 'test' || verb === 't' || verb === 'tst') return ['test'];
  const isRun = verb === 'run' || verb === 'run-script';
  return isRun && name !== undefined && /^[\w:./@-]+$/.test(name) ? [name] : [];
}

function problemOf(name: string, cwd: string): string | null {
  const file = packageFile(cwd);
  if (file === null) return `There is no package.json with a script "${name}".`;
  const scripts = scriptsIn(file);
  if (scripts === null) return null;
  const script: unknown = Object.hasOwn(scripts, name) ? Reflect.get(scripts, name) : undefined;
  if (typeof script !== 'string') return `${file} has no script "${name}".`;
  if (script.trim() === '') return `The script "${name}" in ${file} is empty.`;
  return /^echo\b[^&|;]*\bno test specified/i.test(script)
    ? `The script "${name}" in ${file} is the one that npm puts there, which tests nothing.`
    : null;
}

/** The nearest one, as npm looks for it. */
function packageFile(folder: string): string | null {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? null : packageFile(dirname(folder));
}

/** `null` for a file that npm itself will complain of. */
function scriptsIn(file: string): object | null {
  try {
    const { scripts = {} } = JSON.parse(readFileSync(file, 'utf8'));
    return typeof scripts === 'object' ? scripts : null;
  } catch {
    return null;
  }
}
