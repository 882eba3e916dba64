import { describe, expect, it } from '@jest/globals';
import { lifecycle } from '../../../machines/lifecycle.ts';
import { eventLabel } from '../../../visualizations/labels.ts';
import {
  activityText,
  agoText,
  attemptText,
  durationText,
  eventText,
  evidenceText,
  moneyText,
  protectedText,
  spanText,
  statePath,
} from '../../../visualizations/page/words.js';

describe('An event', () => {
  it.each(lifecycle.events)('has the words that the chart has for it: %s', (event) => {
    expect(eventText(event)).toBe(eventLabel(event));
  });
});

describe('A duration', () => {
  it.each([
    [48, '48ms'],
    [5_600, '5.6s'],
    [59_960, '1m 0s'],
    [184_000, '3m 4s'],
    [3_720_000, '1h 2m'],
    [49 * 3_600_000, '2d 1h'],
  ])('of %i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it.each([
    [300_000, '5m'],
    [2_000, '2s'],
    [3_600_000, '1h'],
    [90_000, '1m 30s'],
  ])('that was set to %i ms is told as %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });

  it.each([
    [0, 'just now'],
    [42_900, '42s ago'],
    [184_000, '3m ago'],
    [90 * 60_000, '1h ago'],
  ])('of %i ms back is told as %s', (ms, text) => {
    expect(agoText(ms)).toBe(text);
  });
});

describe('What an agent did', () => {
  const line = { version: 1, at: 0, attempt: '0001-worker', offset: 0 } as const;

  it('is told in one line, and what it did not tell is unknown instead of zero', () => {
    const tool = { ...line, kind: 'toolCall', id: null, name: 'read', input: 'a.ts' } as const;
    const usage = { ...line, kind: 'usage', inputTokens: 1_200, outputTokens: null } as const;
    expect(activityText(tool)).toBe('read a.ts');
    expect(activityText({ ...usage, costUsd: null })).toBe('1,200 tokens in, ? out');
    expect(activityText({ ...usage, costUsd: 0.5 })).toBe('1,200 tokens in, ? out · $0.5000');
  });
});

it('names attempts and states as people do, and keeps small amounts of money apart', () => {
  expect(attemptText('0012-worker')).toBe('worker 12');
  expect(statePath({ recoveryPending: 'examining' })).toBe('recoveryPending.examining');
  expect(statePath('created')).toBe('created');
  expect([moneyText(0.0041), moneyText(12.3456)]).toEqual(['$0.0041', '$12.35']);
});

describe('What a run is to be taken for', () => {
  it.each([
    [null, ''],
    ['verified', ''],
    ['verified, but 1 protected file was changed', ''],
    ['unverified: no required check was configured', ' (unverified)'],
  ])('with the evidence %j is said as %j', (evidence, said) => {
    expect(evidenceText(evidence)).toBe(said);
  });

  it('is flagged where protected files were changed, with those that are named and the number of the others', () => {
    const named = [{ path: 'test/a', change: 'deleted' }] as const;
    expect(protectedText({ count: 3, named })).toBe(
      'protected files were changed: deleted test/a, and 2 more',
    );
    expect([protectedText(null), protectedText(undefined)]).toEqual(['', '']);
  });
});
