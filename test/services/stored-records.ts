/** Finds the records that a run wrote, and holds each to its schema: the one in the code and the one that is shipped. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { RECORD_SCHEMAS, type RecordKind } from '../../services/record-schemas.ts';

export interface StoredRecord {
  readonly kind: RecordKind;
  /** The file, with the line where it has lines. */
  readonly where: string;
  readonly value: object;
}

const RECORDS: Readonly<Record<string, RecordKind>> = {
  'oneshot.json': 'oneshot',
  lock: 'lock',
  'command.json': 'command',
  'process.json': 'process',
  'stop.json': 'stop',
  'permission.json': 'permission',
  'permission-answer.json': 'permission-answer',
  'exit.json': 'exit',
  'trees.json': 'trees',
  'protected.json': 'protected',
  'protected-changes.json': 'protected-changes',
  'refusal.json': 'refusal',
};

const LINES: Readonly<Record<string, RecordKind>> = {
  'journal.ndjson': 'journal-line',
  'oneshot-log.ndjson': 'log-line',
  'hooks.ndjson': 'hook-line',
};

/** For people and agents: they have no schema. */
const TEXT = /(\.md|^stdout|^stderr|^pid|^shell\.log)$/;

/** All records of a run folder. Throws for a file of no known kind. */
export function recordsIn(folder: string): StoredRecord[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
    .filter(({ parentPath }) => !isOfGit(relative(folder, parentPath)))
    .flatMap(({ parentPath, name }) => storedIn(folder, join(parentPath, name)));
}

/** Git keeps its own files there while a run goes on, and the files of its worktree are the agents'. */
function isOfGit(path: string): boolean {
  return /^(git|worktree)(\/|$)/.test(path);
}

export function linesOf(kind: RecordKind, where: string, text: string): StoredRecord[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, index) => ({
    kind,
    where: `${where}:${index + 1}`,
    value: JSON.parse(line),
  }));
}

/** What the schemas find wrong with a record. */
export function problemsOf({ kind, where, value }: StoredRecord): string[] {
  return bothSchemas(kind).flatMap((schema) => {
    const issues = schema.safeParse(value).error?.issues ?? [];
    return issues.map((issue) => `${where}: ${JSON.stringify(issue)}`);
  });
}

/** Ways to break a record that a schema does not notice. */
export function doctoredYetTaken({ kind, where, value }: StoredRecord): string[] {
  const taken = doctored(value).filter(({ broken }) =>
    bothSchemas(kind).some((schema) => schema.safeParse(broken).success),
  );
  return taken.map(({ what }) => `${where} ${what}`);
}

/** Types of the events that the journal tells of. */
export function eventTypes(records: readonly StoredRecord[]): unknown[] {
  const lines = records.filter(({ kind }) => kind === 'journal-line');
  return lines.map(({ value }) => RECORD_SCHEMAS['journal-line'].parse(value).event.type);
}

function storedIn(folder: string, path: string): StoredRecord[] {
  const [where, name] = [relative(folder, path), basename(path)];
  const [record, line] = [RECORDS[name], LINES[name]];
  const text = readFileSync(path, 'utf8');
  if (record) return [{ kind: record, where, value: JSON.parse(text) }];
  if (line) return linesOf(line, where, text);
  if (TEXT.test(name)) return [];
  throw new Error(`${where} is of no known kind: it has no schema.`);
}

const shipped = new Map<RecordKind, z.ZodType>();

function bothSchemas(kind: RecordKind): readonly z.ZodType[] {
  const schema = shipped.get(kind) ?? z.fromJSONSchema(JSON.parse(shippedText(kind)));
  shipped.set(kind, schema);
  return [RECORD_SCHEMAS[kind], schema];
}

function shippedText(kind: RecordKind): string {
  return readFileSync(
    new URL(`../../services/schemas/${kind}.schema.json`, import.meta.url),
    'utf8',
  );
}

interface Doctored {
  readonly what: string;
  readonly broken: object;
}

/** Fields that may be anything. */
const ANYTHING = new Set(['structured', 'before', 'after']);

/** Fields that may be absent, or anything. */
const FREE = new Set(['run', ...ANYTHING]);

function doctored(value: object): Doctored[] {
  const fields = Object.entries(value).filter(([key]) => !FREE.has(key));
  return [
    ...withSurplus(value),
    ...fields.map(([key]) => ({ what: `without ${key}`, broken: without(value, key) })),
    ...fields.map(([key]) => ({ what: `with another ${key}`, broken: { ...value, [key]: [[]] } })),
  ];
}

/** The value with a key too many, at each place where it has an object. */
function withSurplus(value: object): Doctored[] {
  const inner = Object.entries(value).flatMap(([key, field]) =>
    isObject(field) && !ANYTHING.has(key)
      ? withSurplus(field).map(({ what, broken }) => ({
          what: `${key}.${what}`,
          broken: Array.isArray(value)
            ? value.with(Number(key), broken)
            : { ...value, [key]: broken },
        }))
      : [],
  );
  const own = { what: 'with a key too many', broken: { ...value, surplus: 1 } };
  return Array.isArray(value) ? inner : [own, ...inner];
}

function without(value: object, key: string): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
