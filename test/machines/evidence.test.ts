import { describe, expect, it } from '@jest/globals';
import type { CheckResult, ProtectedChanges, Work } from '../../machines/contracts.ts';
import { evidenceLabel, isVerified, protectedLines } from '../../machines/evidence.ts';
import * as on from './lifecycle-events.ts';

function work(checks: readonly CheckResult[], protectedChanges?: ProtectedChanges): Work {
  const result = on.text('r');
  const changes = protectedChanges ? { protectedChanges } : {};
  return { attempt: 1, result, checks, checkedTree: null, ...changes };
}

const OPTIONAL = { ...on.CHECK, required: false };
const changed = (count: number) => ({ count, named: [] });

describe('The evidence of a run', () => {
  it.each([
    ['with a required check', 'completed', work([on.CHECK]), 'verified'],
    ['with a required check among others', 'completed', work([OPTIONAL, on.CHECK]), 'verified'],
    ['without any check', 'completed', work([]), 'unverified: no required check was configured'],
    [
      'with optional checks only',
      'completed',
      work([OPTIONAL]),
      'unverified: no required check was configured',
    ],
    ['that is not over', 'auditorExecuting', work([on.CHECK]), null],
    ['that failed', 'failed', work([on.CHECK]), null],
    [
      'whose worker changed a protected file',
      'completed',
      work([on.CHECK], changed(1)),
      'verified, but 1 protected file was changed',
    ],
    [
      'whose worker changed protected files',
      'completed',
      work([on.CHECK], changed(2)),
      'verified, but 2 protected files were changed',
    ],
  ] as const)('%s', (_, phase, judged, label) => {
    expect(evidenceLabel(phase, judged)).toBe(label);
    expect(isVerified(phase, judged)).toBe(label?.startsWith('verified') ?? false);
  });

  it('is none where nothing was judged', () => {
    expect(isVerified('completed', null)).toBe(false);
    expect(isVerified(null, work([on.CHECK]))).toBe(false);
  });
});

it('Changes of protected files are named, and counted where there are more', () => {
  const named = [
    { path: 'a', change: 'added' },
    { path: 'b', change: 'deleted' },
  ] as const;
  expect(protectedLines({ count: 2, named })).toEqual(['added a', 'deleted b']);
  expect(protectedLines({ count: 9, named })).toEqual(['added a', 'deleted b', 'and 7 more']);
});
