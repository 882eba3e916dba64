/** What an auditor says besides the verdict, brought to plain texts whatever shape it gave them. */
import { cleanText } from './plain-text.ts';

/** Where the agents put what they found, and where it is. */
const MESSAGE_KEYS = [
  'message',
  'finding',
  'issue',
  'problem',
  'description',
  'detail',
  'text',
  'title',
];
const FILE_KEYS = ['file', 'path', 'filename', 'location'];
const LINE_KEYS = ['line', 'lines', 'linenumber'];

const BULLET = /^\s*(?:[-*•]|\d{1,3}[.)])\s+/;

/** Feedback as one text: a list becomes its lines, an object its message or its entries. */
export function feedbackText(value: unknown): string {
  return Array.isArray(value) ? value.map(plain).filter(Boolean).join('\n') : plain(value);
}

/** Findings as a list: an object becomes `file:line: message (other: values)`, a bulleted text its items. */
export function findingTexts(value: unknown): string[] {
  return itemsOf(value).filter(Boolean);
}

/** A text of the answer as it is handed on: without escape sequences, halves of characters and blanks around it. */
export function tidy(text: string): string {
  return cleanText(text)
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim();
}

function itemsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'string') return bulletsOf(tidy(value));
  if (!isObject(value) || MESSAGE_KEYS.some((key) => fieldsOf(value).has(key)))
    return [plain(value)];
  return Object.entries(value).map(([key, item]) => `${key}: ${plain(item)}`);
}

/** A text that is a list from its first line on is divided into the items; any other is one finding. */
function bulletsOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (!lines.every((line) => BULLET.test(line))) return [text];
  return lines.map((line) => line.replace(BULLET, '').trim());
}

function plain(value: unknown): string {
  if (isObject(value)) return objectText(fieldsOf(value));
  if (Array.isArray(value)) return value.map(scalarText).filter(Boolean).join(', ');
  return scalarText(value);
}

function objectText(fields: Map<string, string>): string {
  const place = [take(fields, FILE_KEYS), take(fields, LINE_KEYS)].filter(Boolean).join(':');
  const message = take(fields, MESSAGE_KEYS);
  const rest = [...fields].map(([key, text]) => `${key}: ${text}`).join(', ');
  if (message === '') return [place, rest].filter(Boolean).join(': ');
  return [place, rest ? `${message} (${rest})` : message].filter(Boolean).join(': ');
}

/** The first of these fields that says something; it is said then. */
function take(fields: Map<string, string>, keys: readonly string[]): string {
  const key = keys.find((candidate) => fields.has(candidate));
  if (key === undefined) return '';
  const text = fields.get(key) ?? '';
  fields.delete(key);
  return text;
}

/** The fields with a plain value, by key in lower case; what is deeper lies in the whole answer only. */
function fieldsOf(value: object): Map<string, string> {
  const fields = Object.entries(value).map(
    ([key, item]) => [key.toLowerCase(), scalarText(item)] as const,
  );
  return new Map(fields.filter(([, text]) => text !== ''));
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return tidy(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
