import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, messageOf } from './errors.ts';
import { jsonErrorPlace, placeIn } from './json-syntax.ts';

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
  const texts = await Promise.all(files.map(readIfThere));
  const present = files.filter((_, index) => texts[index] !== null);
  if (present.length > 1) throw new ConfigError(severalFiles(present));
  const index = texts.findIndex((text) => text !== null);
  const [file, text] = [files[index], texts[index]];
  return file === undefined || typeof text !== 'string' ? null : parseConfig(file, text);
}

/** The configuration in a file that was asked for by name. Throws a {@link ConfigError} when it is not there. */
export async function readConfig(file: string): Promise<ConfigDocument> {
  const text = await readIfThere(file);
  if (text === null) throw new ConfigError(`${file}: there is no such file; check \`--config\``);
  return parseConfig(file, text);
}

function severalFiles(files: readonly string[]): string {
  return `A folder may hold one configuration, and here are ${files.length}: ${files.join(' and ')}; remove all but one`;
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (isMissing(error)) return null;
    throw new ConfigError(`${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function parseConfig(file: string, text: string): Promise<ConfigDocument> {
  const content = file.endsWith('.json') ? parseJson(file, text) : await parseYaml(file, text);
  return { file, content };
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const place = jsonErrorPlace(text) ?? { line: 1, column: 1 };
    throw notParsed(file, 'JSON', place, error);
  }
}

/** JSON is YAML too, so a file without an extension may be either. An empty file sets nothing. */
async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parse, YAMLError } = await import('yaml');
  try {
    return parse(text, { prettyErrors: false }) ?? {};
  } catch (error) {
    const offset = error instanceof YAMLError ? error.pos[0] : 0;
    throw notParsed(file, 'YAML', placeIn(text, offset), error);
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
