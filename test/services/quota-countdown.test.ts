import { describe, expect, it } from '@jest/globals';
import { quotaCountdown } from '../../services/quota-countdown.ts';

const NOW = new Date(2026, 10, 23, 22, 0, 0).getTime();

describe('The end of a usage limit', () => {
  it.each([
    [1, 'until 22:00:00 (in 1s)'],
    [2_000, 'until 22:00:02 (in 2s)'],
    [59_001, 'until 22:00:59 (in 1m)'],
    [3_585_000, 'until 22:59:45 (in 59m 45s)'],
    [2 * 3_600_000, 'until 2026-11-24 00:00:00 (in 2h)'],
    [50 * 86_400_000, 'until 2027-01-12 22:00:00 (in 50d)'],
  ])('in %d ms is told as a time and as what is left', (ms, said) => {
    expect(quotaCountdown(NOW + ms, NOW)).toBe(said);
  });

  it.each([null, NOW, NOW - 1])('is not told when it is unknown or over (%p)', (resumeAt) => {
    expect(quotaCountdown(resumeAt, NOW)).toBeNull();
  });
});
