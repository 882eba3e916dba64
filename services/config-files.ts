import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, messageOf } from './errors.ts';
import { jsonErrorPlace, placeIn, repeatedJsonKey } from './json-syntax.ts';

/** The names under which a folder may hold its configuration; one of them, not several. */
export const CONFIG_FILE_NAMES = [
  'oneshot.config.json',
  'oneshot.config.yaml',
  'oneshot.config.yml',
  '.oneshotrc',
] as const;

/** A configuration file as it was parsed, not yet validated. */
export interface ConfigDocument {
  /** Absolute path. */
  readonly file: string;
  readonly content: unknown;
}

/** The configuration of a folder, `null` when it has none. Throws a {@link ConfigError} when it has two. */
export async function findConfig(folder: string): Promise<ConfigDocument | null> {
  const files = CONFIG_FILE_NAMES.map((name) => join(folder, name));
  const found = await Promise.all(files.map(isThere));
  const present = files.filter((_, index) => found[index]);
  if (present.length > 1) throw new ConfigError(severalFiles(present));
  const [file] = present;
  return file === undefined ? null : parseConfig(file, await readText(file, 'it links to nothing'));
}

/** The configuration in a file that was asked for by name. Throws a {@link ConfigError} when it is not there. */
export async function readConfig(file: string): Promise<ConfigDocument> {
  return parseConfig(file, await readText(file, 'there is no such file; check `--config`'));
}

function severalFiles(files: readonly string[]): string {
  return `A folder may hold one configuration, and here are ${files.length}: ${files.join(' and ')}; remove all but one`;
}

/**
 * A link counts, wherever it leads. In a folder that may not be entered nothing is there: the home folder is often that
 * of another user, as in containers.
 */
async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return false;
    throw unreadable(file, error);
  }
}

async function readText(file: string, whenMissing: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) throw new ConfigError(`${file}: ${whenMissing}`);
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): ConfigError {
  const reason = String(cause).replace(/^Error: /, '');
  return new ConfigError(`${file}: cannot be read: ${reason}`, { cause });
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const hasOne = typeof error === 'object' && error !== null && 'code' in error;
  return hasOne && codes.includes(String(error.code));
}

async function parseConfig(file: string, text: string): Promise<ConfigDocument> {
  const content = file.endsWith('.json') ? parseJson(file, text) : await parseYaml(file, text);
  return { file, content };
}

function parseJson(file: string, text: string): unknown {
  const content = jsonValue(file, text);
  const repeated = repeatedJsonKey(text);
  if (repeated === null) return content;
  throw new ConfigError(
    `${file}:${repeated.line}:${repeated.column}: \`${repeated.key}\` stands here a second time; remove one`,
  );
}

function jsonValue(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notParsed(file, 'JSON', jsonErrorPlace(text) ?? { line: 1, column: 1 }, error);
  }
}

/**
 * JSON is YAML too, so a file without an extension may be either. An empty file sets nothing. What the parser only warns
 * of, such as a tag that it does not know, is a mistake as well.
 */
async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw notParsed(file, 'YAML', placeIn(text, problem.pos[0]), problem);
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // An alias that leads nowhere, or aliases that would unfold without end.
    throw notParsed(file, 'YAML', { line: 1, column: 1 }, error);
  }
}

function notParsed(
  file: string,
  language: string,
  { line, column }: { readonly line: number; readonly column: number },
  cause: unknown,
): ConfigError {
  return new ConfigError(
    `${file}:${line}:${column}: is no ${language} at line ${line}, column ${column}: ${messageOf(cause)}`,
    { cause },
  );
}
