/** Fields of records that nobody promised: what is not of the wanted kind is as good as not there. */
import type { JsonObject } from '../stream-reader.ts';

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function objectOf(value: unknown): JsonObject {
  // Whatever is an object can be asked for any key.
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

export function arrayOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/**
 * What the objects of a list amount to, in one list. For every record of a stream: `flatMap` would cost more than all
 * that is done with the record.
 */
export function collect<T>(list: unknown, read: (item: JsonObject) => readonly T[]): T[] {
  const all: T[] = [];
  for (const item of Array.isArray(list) ? list : []) all.push(...read(objectOf(item)));
  return all;
}
