import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../services/config.ts';
import { type VerificationRow, verify } from '../../../services/verification.ts';
import { createVerificationHost } from '../../../services/verification-host.ts';
import { kindsOf, lines, outcomeOf, readAll, request, SETTINGS } from './adapter-reading.ts';
import { mimic } from './mimic.ts';

const { PATH } = process.env;

beforeEach(() => {
  process.env.PATH = `${resolve('test/fixtures/agents/mimic')}:${PATH}`;
});
afterEach(() => {
  process.env.PATH = PATH;
  delete process.env.FAIL;
});

/** Runs the live contract against the real process. */
async function tryOut(): Promise<Map<string, VerificationRow>> {
  const config = await loadConfig({ cwd: '/', home: '', flags: {}, agents: [] });
  const host = createVerificationHost(mimic, SETTINGS, config);
  const rows: VerificationRow[] = [];
  try {
    const { signal } = new AbortController();
    await verify({ host, signal, attemptMs: 30_000, tell: (row) => void rows.push(row) });
  } finally {
    host.remove();
  }
  return new Map(rows.map((row) => [row.what, row]));
}

describe("The README's example of an adapter", () => {
  it('is short, and shown as it is tested', () => {
    const source = readFileSync('test/actors/agents/mimic.ts', 'utf8').split('\n');
    expect(source.length).toBeLessThan(60);
    const body = source.slice(source.findIndex((line) => line.startsWith('/**'))).join('\n');
    expect(readFileSync('README.md', 'utf8')).toContain(body);
  });

  it('keeps the contract with a real process', async () => {
    const rows = await tryOut();
    const failed = [...rows.values()].filter(({ outcome }) => outcome !== 'passed');
    // It judges nothing: its answer is the last word that it heard.
    expect(failed.map(({ what }) => what)).toEqual(['verdict']);
    expect([...rows.keys()]).toEqual(
      expect.arrayContaining(['answers', 'resume', 'usage', 'stops']),
    );
    expect(rows.get('session')?.detail).toBe('m-1');
  });

  it('believes the stream and not the exit code', async () => {
    process.env.FAIL = '401 invalid api key';
    const rows = await tryOut();
    expect(rows.get('answers')).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/unauthorized.*mimic login/),
    });
  });

  it('reads each event, and no other', () => {
    const activities = readAll(
      mimic,
      lines(
        { type: 'session', id: 'm-1' },
        { type: 'weather', text: 'rain' },
        { type: 'say', text: 'a' },
        { type: 'tool', name: 'listen', input: {} },
        { type: 'tokens', in: 12 },
        { type: 'end', text: 'b' },
      ),
    );
    expect(kindsOf(activities)).toEqual(['session', 'text', 'toolCall', 'usage', 'result']);
    expect(outcomeOf(activities).usage).toEqual({
      inputTokens: 12,
      outputTokens: null,
      costUsd: null,
    });
  });

  it('goes on with a session', () => {
    expect(mimic.launch(request({ resume: 'm-1' })).args.join(' ')).toBe(
      'run --json --model some/model --resume m-1 --own argument',
    );
  });
});
