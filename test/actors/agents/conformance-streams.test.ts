import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { RESULT_LIMIT } from '../../../actors/bounded-answer.ts';
import { MAX_LINE_BYTES } from '../../../actors/line-splitter.ts';
import { parseRecord, TEXT_LIMIT } from '../../../actors/stream-reader.ts';
import type { Activity } from '../../../machines/activity.ts';
import { answerOf, classifyEnd } from '../../../machines/judgement.ts';
import { type Exit, evidenceOf, outcomeOf, PLACE, readAll, request } from './adapter-reading.ts';
import { Findings } from './conformance.ts';
import { SPECIMENS, type Specimen } from './conformance-specimens.ts';

const findings = new Findings('stream');
const EXIT_0: Exit = { exitCode: 0, signal: null, stopped: false };
const SPLIT_LIMIT = 8 * 1024;

afterAll(() => {
  process.stdout.write(`${findings.table()}\n`);
});

/** What an attempt amounts to, whatever the pieces were in which it came. */
function essence({ adapter }: Specimen, bytes: Buffer, piece?: number) {
  const activities = readAll(adapter, bytes, piece ?? bytes.length);
  const { final, sessionId, usage, toolCalls } = outcomeOf(activities);
  return { final, sessionId, usage, toolCalls };
}

const classOf = ({ adapter }: Specimen, bytes: Buffer, exit = EXIT_0) =>
  classifyEnd(evidenceOf(adapter, bytes, exit));

const linesOf = (bytes: Buffer) => bytes.toString().split('\n').slice(0, -1);

/** The stream with these bytes behind each of its lines, the last one included. */
function interleaved(bytes: Buffer, ...between: Buffer[]): Buffer {
  return Buffer.concat(linesOf(bytes).flatMap((line) => [Buffer.from(`${line}\n`), ...between]));
}

const UNKNOWN = [
  '{"type":"weather.forecast","payload":{"text":"rain","session_id":"other"}}',
  '{"type":null}',
  '{}',
  '[{"type":"result"}]',
  'null',
  '{"type":"resul',
  'a warning of nobody',
].join('\n');

/** Each record with each of its fields made something else. */
function malformed(bytes: Buffer): Buffer {
  const records = linesOf(bytes)
    .map(parseRecord)
    .filter((record) => record !== null);
  const changed = records.flatMap((record) =>
    Object.keys(record).flatMap((key) =>
      [null, 42, 'text', [], [null], {}].map((value) =>
        JSON.stringify({ ...record, [key]: value }),
      ),
    ),
  );
  return Buffer.from(`${changed.join('\n')}\n`);
}

const textsOf = (activity: Activity): string[] =>
  Object.values(activity).filter((value) => typeof value === 'string');

describe.each(SPECIMENS)('The adapter $adapter.name', (specimen) => {
  const { adapter, success, settings } = specimen;
  const { name, abilities, endsWithResult } = adapter;
  const given = (overrides: object = {}) =>
    adapter.launch(request({ settings, prompt: 'the task', ...overrides }));

  it('starts its program, and hands over the prompt in the way that it says', () =>
    findings.test(name, 'command line', () => {
      const { program, args, input } = given();
      expect(program).not.toBe('');
      // What is started is the agent itself, or a bridge of ours to it.
      if (adapter.install !== null) expect(program).toBe(adapter.program(settings));
      expect(input).toBe(abilities.prompt === 'stdin' ? 'prompt' : 'nothing');
      const isIn = (text: string) => args.some((arg) => arg.trim() === text);
      expect(isIn('the task')).toBe(abilities.prompt === 'argument');
      if (abilities.prompt === 'file') expect(isIn('/run/prompt.md')).toBe(true);
      for (const own of settings.args.filter((each) => !each.includes('=')))
        expect(JSON.stringify(args)).toContain(own);
    }));

  it('has the answer of a run that did its work', () =>
    findings.test(name, 'result', () => {
      const evidence = evidenceOf(adapter, success, EXIT_0);
      expect(answerOf(evidence)?.text).toContain('I wrote hello.txt');
      expect(classifyEnd(evidence)).toBe('clean');
    }));

  it('takes no failure for a clean end', () =>
    findings.test(name, 'failures', () => {
      expect(specimen.failures.length).toBeGreaterThan(0);
      for (const failure of specimen.failures)
        expect(classOf(specimen, failure.bytes, failure)).not.toBe('clean');
    }));

  it('takes no failure for a clean end when it exits with 0', () =>
    findings.test(name, 'exit 0 with error', () => {
      expect(specimen.lies.length).toBeGreaterThan(0);
      for (const bytes of specimen.lies) expect(classOf(specimen, bytes)).not.toBe('clean');
    }));

  it('takes no run that was cut short for a clean end', () =>
    findings.test(name, 'cut short', () => {
      const whole = answerOf(evidenceOf(adapter, success, EXIT_0))?.text;
      for (let at = 0; at < success.length; at += 1 + Math.floor(success.length / 500)) {
        const cut = success.subarray(0, at);
        const killed = { exitCode: null, signal: 'SIGKILL', stopped: false };
        expect(classOf(specimen, cut, killed)).not.toBe('clean');
        const answer = answerOf(evidenceOf(adapter, cut, EXIT_0));
        if (endsWithResult && answer) expect(answer.text).toBe(whole);
      }
    }));

  it('leaves out events that it does not know, and takes none for fatal', () =>
    findings.test(name, 'unknown events', () => {
      const noisy = interleaved(success, Buffer.from(`${UNKNOWN}\n`));
      expect(essence(specimen, noisy)).toEqual(essence(specimen, success));
      expect(() => readAll(adapter, malformed(success))).not.toThrow();
    }));

  it('goes on after a line that is too long', () =>
    findings.test(name, 'huge line', () => {
      const [first = '', ...rest] = linesOf(success);
      const huge = Buffer.alloc(MAX_LINE_BYTES + 1, 'x');
      const stream = [`${first}\n`, '{"type":"x","text":"', huge, `"}\n${rest.join('\n')}\n`];
      const bytes = Buffer.concat(stream.map((part) => Buffer.from(part)));
      expect(essence(specimen, bytes, 64 * 1024)).toEqual(essence(specimen, success));
    }));

  it('bounds what its activities carry', () =>
    findings.test(name, 'huge text', () => {
      const text = success.toString().replaceAll('I w', `I w${'x'.repeat(RESULT_LIMIT + 10_000)}`);
      const notice = 200;
      for (const activity of readAll(adapter, Buffer.from(text), 64 * 1024)) {
        const isAnswer = activity.kind === 'result' || !endsWithResult;
        const limit = isAnswer ? RESULT_LIMIT : TEXT_LIMIT;
        for (const carried of textsOf(activity))
          expect(carried.length).toBeLessThanOrEqual(limit + notice);
      }
    }));

  it('replaces bytes that are no UTF-8', () =>
    findings.test(name, 'invalid UTF-8', () => {
      const broken = Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x00, 0x0a]);
      expect(essence(specimen, interleaved(success, broken))).toEqual(essence(specimen, success));
      const [before = '', after = ''] = success
        .toString('latin1')
        .split(/hello\.txt(?!.*hello\.txt)/s);
      const inside = Buffer.from(`${before}hell\xff\xc3o.txt${after}`, 'latin1');
      expect(classOf(specimen, inside)).toBe('clean');
    }));

  it('reads the same wherever its bytes are divided', () =>
    findings.test(name, 'split anywhere', () => {
      // U+2028 is a line's end for some, and no byte of the others is a character.
      const text = success.toString().replaceAll('hello.txt', 'h\u00e9llo\u2028\u{1f600}.txt');
      const bytes = Buffer.from(text);
      const whole = essence(specimen, bytes);
      expect(essence(specimen, bytes, 1)).toEqual(whole);
      const from = Math.max(1, bytes.length - SPLIT_LIMIT);
      // One expectation for all: some ten thousand would take longer than what they look at.
      const divisions = Array.from({ length: bytes.length - from }, (_, index) => from + index);
      const other = divisions.filter(
        (at) => !isDeepStrictEqual(essenceOfTwo(specimen, bytes, at), whole),
      );
      expect(other).toEqual([]);
    }));

  it('tells the session, where it can go on with one', () => {
    if (specimen.session === null && !abilities.resume) return findings.skip(name, 'session');
    return findings.test(name, 'session', () => {
      expect(specimen.session).not.toBeNull();
      expect(essence(specimen, success).sessionId).toBe(specimen.session);
    });
  });

  it('tells what it used, and what it does not know as unknown', () => {
    const used = [success, ...specimen.lies].map((bytes) => essence(specimen, bytes).usage);
    for (const usage of used) expect(Object.values(usage)).not.toContain(0);
    if (!abilities.usage) return findings.skip(name, 'usage');
    return findings.test(name, 'usage', () => {
      expect(used[0]?.inputTokens).toBeGreaterThan(0);
      expect(used[0]?.outputTokens).toBeGreaterThan(0);
    });
  });

  it('tells what it cost', () => {
    if (!abilities.cost) return findings.skip(name, 'cost');
    return findings.test(name, 'cost', () => {
      expect(essence(specimen, specimen.priced).usage.costUsd).toBeGreaterThan(0);
    });
  });

  it('goes on with a session, where it can', () => {
    const resumed = given({ resume: 'earlier-session' });
    if (!abilities.resume) {
      expect(resumed).toEqual(given());
      return findings.skip(name, 'resume');
    }
    return findings.test(name, 'resume', () => {
      expect(JSON.stringify(resumed.args)).toContain('earlier-session');
      expect([null, 'earlier-session']).toContain(resumed.sessionId);
    });
  });

  it('reads a typed answer, where it can give one', () => {
    if (!abilities.schema) {
      expect(given({ role: 'auditor' })).toEqual(given());
      return findings.skip(name, 'schema');
    }
    return findings.test(name, 'schema', () => {
      expect(essence(specimen, specimen.typed ?? Buffer.from('')).final?.structured).toMatchObject({
        verdict: expect.any(String),
      });
    });
  });

  it('finds nothing finished in a record of a session that is not there, or is none', () => {
    const { transcript } = adapter;
    if (!transcript) return findings.skip(name, 'transcript');
    return findings.test(name, 'transcript', () => {
      const home = mkdtempSync(join(tmpdir(), 'oneshot-home-'));
      try {
        for (const id of ['none', '', '../../..', "' OR 1=1"])
          expect(() => transcript.find({ ...PLACE, home }, id)).not.toThrow();
        const path = join(home, 'garbage');
        for (const garbage of [Buffer.from(''), Buffer.from([0xff, 0x00, 0x0a]), success]) {
          writeFileSync(path, garbage);
          expect(finishedIn(() => transcript.read(path, 'none'))).toBe(false);
        }
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    });
  });
});

it('Every row of the contract was tested on every adapter', () => {
  expect(findings.missing()).toEqual([]);
});

function essenceOfTwo(specimen: Specimen, bytes: Buffer, at: number) {
  const activities: Activity[] = [];
  const emit = (activity: Activity) => void activities.push(activity);
  const reader = specimen.adapter.reader({ emit }, specimen.settings);
  reader.push(bytes.subarray(0, at), 0);
  reader.push(bytes.subarray(at), at);
  reader.end();
  const { final, sessionId, usage, toolCalls } = outcomeOf(activities);
  return { final, sessionId, usage, toolCalls };
}

/** What is thrown counts as not readable. */
function finishedIn(read: () => { readonly finished: boolean } | null): boolean {
  try {
    return read()?.finished ?? false;
  } catch {
    return false;
  }
}
