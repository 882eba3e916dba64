import { distance } from 'fastest-levenshtein';
import * as z from 'zod';
import type { ConfigDocument } from './config-files.ts';
import { printable, ruleFor, wrongValue } from './config-rules.ts';
import { checkOf, commandLine, duration, text, type ValueRule } from './config-values.ts';
import { DEFAULTS } from './defaults.ts';
import { formatDuration } from './durations.ts';
import { ConfigError } from './errors.ts';
import { OPTION_LIST, type Option, type OptionValues } from './options.ts';

const ONE_CHECK = 'a command line, or an object of `name`, `command`, `timeout` and `required`';
const CHECK_KEYS = ['name', 'command', 'timeout', 'required'];

/** What a configuration file may hold. Without `agents` any name is taken for one. */
export function configSchema(agents: readonly string[] = []) {
  const rows = OPTION_LIST.filter(({ inFiles }) => inFiles);
  const properties = rows.map((option) => [option.key, schemaOf(option, agents).optional()]);
  return z
    .strictObject(
      {
        $schema: z.string({ error: () => 'a text' }).optional(),
        ...Object.fromEntries(properties),
      },
      { error: () => 'an object of settings' },
    )
    .meta({ title: 'Configuration of oneshot' });
}

/**
 * The settings of a file, in the units of the program. Throws a {@link ConfigError} with one line for each thing that is
 * wrong.
 */
export function validateConfig(
  { file, content }: ConfigDocument,
  agents: readonly string[],
): OptionValues {
  const parsed = configSchema(agents).safeParse(content, { reportInput: false });
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, content));
    throw new ConfigError(problems.map((problem) => `${file}: ${problem}`).join('\n'));
  }
  const { $schema: _, ...values } = parsed.data;
  // Each value was read by the rule of its own row, from which OptionValues is derived.
  return values as OptionValues;
}

function schemaOf(option: Option, agents: readonly string[]): z.ZodType {
  const documented = { description: option.description, ...defaultOf(option) };
  if (option.key === 'checks') return listOf(checkSchema(option.rule), ONE_CHECK).meta(documented);
  const rule = ruleFor(option, agents);
  return option.isList
    ? listOf(ruled(rule), rule.allowed).meta(documented)
    : ruled(rule, documented);
}

function defaultOf({ isList, rule, default: value }: Option): { default?: unknown } {
  return value === null || isList ? {} : { default: rule.fromText(rule.format(value)) };
}

function listOf(item: z.ZodType, allowed: string) {
  return z.array(item, { error: () => `a list, each item ${allowed}` });
}

/** The rule that the flags are held to as well; its JSON Schema stands beside it. */
function ruled<T>(rule: ValueRule<T>, meta: object = {}) {
  return z
    .any()
    .meta({ ...rule.json, ...meta })
    .transform(readBy(rule));
}

function readBy<T>(rule: ValueRule<T>) {
  return (value: unknown, context: z.RefinementCtx): T => {
    const read = rule.read(value);
    if (read !== undefined) return read;
    context.addIssue({ code: 'custom', message: rule.allowed });
    return z.NEVER;
  };
}

function checkSchema(line: ValueRule<unknown>) {
  const settings = z.strictObject({
    name: ruled(text, { description: 'Name in reports; its command when left out' }).optional(),
    command: ruled(commandLine, { description: 'Command line' }),
    timeout: ruled(duration(1), {
      description: 'Time that it may take',
      default: formatDuration(DEFAULTS.checkTimeoutMs),
    }).optional(),
    required: z
      .boolean({ error: () => '`true` or `false`' })
      .meta({ description: 'Whether the work is not done when it fails', default: true })
      .optional(),
  });
  return z.union(
    [z.string().meta(line.json).transform(readBy(line)), settings.transform(checkOf)],
    {
      error: () => ONE_CHECK,
    },
  );
}

function problemsOf(issue: z.core.$ZodIssue, content: unknown): string[] {
  const value = valueAt(content, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, issue.path));
  }
  const inObject = issue.code === 'invalid_union' && isObject(value) ? issue.errors[1] : undefined;
  if (inObject) {
    return inObject.flatMap((inner) =>
      problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, content),
    );
  }
  return [wrongAt(issue.path, issue.message, value)];
}

function wrongAt(path: readonly PropertyKey[], allowed: string, value: unknown): string {
  if (value === undefined) return `\`${pathText(path)}\` is missing; it must be ${allowed}`;
  const got = JSON.stringify(value);
  return path.length > 0
    ? wrongValue(pathText(path), allowed, got)
    : `must hold ${allowed}, got \`${printable(got)}\``;
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const known =
    path.length > 0 ? CHECK_KEYS : OPTION_LIST.filter((o) => o.inFiles).map((o) => o.key);
  if (path.length === 0 && isFlagOnly(key)) return `\`${key}\` is set by \`--${key}\` only`;
  return `\`${printable(pathText([...path, key]))}\` is no setting; did you mean \`${nearest(key, known)}\`?`;
}

/** What decides where files are looked for cannot stand in one. */
function isFlagOnly(key: string): boolean {
  return OPTION_LIST.some((option) => option.key === key && !option.inFiles);
}

/** By letters alone: `max-iterations` and `MAX_ITERATIONS` are near `maxIterations`. */
function nearest(key: string, known: readonly string[]): string {
  const letters = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '');
  const [best = ''] = known.toSorted(
    (one, other) => distance(letters(key), letters(one)) - distance(letters(key), letters(other)),
  );
  return best;
}

/** `checks[1].timeout` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`,
    )
    .join('');
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (isObject(value) ? Reflect.get(value, part) : undefined),
    content,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
