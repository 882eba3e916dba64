/** Building blocks of the schemas for what oneshot writes. Only the generator and tests load them: zod starts slowly. */
import * as z from 'zod';

/** Whether two types take the same values. `readonly` makes no difference to the compiler here. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? unknown : Mismatch) : Mismatch;

interface Mismatch {
  readonly mismatch: 'The schema takes more, or less, than the type.';
}

/** A schema for exactly the values of a type; the compiler refuses one that takes more or less. */
export function exactly<T>() {
  return <S extends z.ZodType>(schema: S & Same<z.output<S>, T>): S => schema;
}

/** A list as the types here have it: nobody changes it. */
export function list<S extends z.ZodType>(item: S): z.ZodType<readonly z.output<S>[]> {
  return z.array(item);
}

/** A counted thing; from 0. */
export const count = z.int().nonnegative();

/** A number from 1: of an attempt, an iteration, a process. */
export const ordinal = z.int().positive();

/** A moment. */
export const epochMs = z.number().nonnegative().describe('Epoch milliseconds.');

/** A length of time. */
export const milliseconds = z.number().nonnegative().describe('Milliseconds.');

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Version of the form of a record; a change that breaks a reader raises it. */
export const version1 = z.literal(1).describe('Version of the form.');
