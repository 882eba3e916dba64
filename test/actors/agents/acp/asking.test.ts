import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  ANSWER_FILE,
  createAsker,
  QUESTION_FILE,
  writeWhole,
} from '../../../../actors/agents/acp/asking.ts';
import { permissionAnswerSchema, permissionSchema } from '../../../../services/attempt-schemas.ts';
import { place, until } from '../../../oneshot-process.ts';

function desk(now: () => number = Date.now) {
  const { path } = place();
  const files = { question: join(path, QUESTION_FILE), answer: join(path, ANSWER_FILE) };
  const stop = new AbortController();
  let signs = 0;
  const live = () => {
    signs += 1;
  };
  const asker = createAsker({ files, signal: stop.signal, live, now });
  const question = () => JSON.parse(readFileSync(files.question, 'utf8'));
  const asked = (what: string) => () => existsSync(files.question) && question().what === what;
  const reply = (number: number, isGranted: boolean) => {
    const record = { version: 1, number, isGranted, why: isGranted ? '' : 'no' } as const;
    expect(permissionAnswerSchema.parse(record)).toEqual(record);
    writeWhole(files.answer, record);
  };
  return { asker, stop, files, question, asked, reply, signs: () => signs };
}

describe('A question for permission', () => {
  it('waits for the answer to itself, one after the other, and leaves no file', async () => {
    const { asker, files, question, asked, reply, signs } = desk();
    const [first, second] = [asker.ask('rm -rf build'), asker.ask('git push')];
    await until('the first is asked', asked('rm -rf build'));
    expect(permissionSchema.parse(question())).toMatchObject({ number: 1 });
    reply(2, false);
    const before = signs();
    await until('it still waits', () => signs() > before + 2);
    reply(1, true);
    expect(await first).toEqual({ isGranted: true, why: '' });
    await until('the second is asked', asked('git push'));
    reply(2, false);
    expect(await second).toEqual({ isGranted: false, why: 'no' });
    expect(Object.values(files).filter(existsSync)).toEqual([]);
  });

  it('that nobody answers is refused after a quarter of an hour', async () => {
    let now = 0;
    const { asker, asked } = desk(() => now);
    const answer = asker.ask('rm -rf build');
    await until('it is asked', asked('rm -rf build'));
    now = 15 * 60_000 + 1;
    expect(await answer).toEqual({ isGranted: false, why: 'nobody answered in 15 minutes' });
  });

  it('is dropped when the turn is cancelled', async () => {
    const { asker, asked, stop, files } = desk();
    const answer = asker.ask('rm -rf build');
    await until('it is asked', asked('rm -rf build'));
    stop.abort();
    expect(await answer).toBeNull();
    expect(existsSync(files.question)).toBe(false);
  });
});
