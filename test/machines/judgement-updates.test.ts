import { describe, expect, it } from '@jest/globals';
import type { CurrentAttempt, LifecycleContext } from '../../machines/context.ts';
import { initialContext } from '../../machines/context.ts';
import type { ProtectedChanges, Role, Work } from '../../machines/contracts.ts';
import { UNKNOWN_USAGE } from '../../machines/contracts.ts';
import { failUnjudged } from '../../machines/failure-updates.ts';
import {
  acceptWork,
  judgesCheckedTree,
  refuseAnswer,
  takeFailedChecks,
  takeVerdict,
} from '../../machines/judgement-updates.ts';
import { takeUsage } from '../../machines/updates.ts';
import * as on from './lifecycle-events.ts';

const work: Work = { attempt: 3, result: on.text('r'), checks: [on.CHECK], checkedTree: 't' };
const changes: ProtectedChanges = { count: 1, named: [{ path: 'a', change: 'changed' }] };

function context(role: Role, overrides: Partial<LifecycleContext> = {}): LifecycleContext {
  const attempt: CurrentAttempt = {
    number: 4,
    role,
    agent: 0,
    attach: false,
    ranMs: 0,
    spent: UNKNOWN_USAGE,
    pid: null,
    endReason: null,
    counted: false,
  };
  const begun = initialContext(on.input({ hasChecks: true }));
  return { ...begun, iteration: 2, attempt, work, ...overrides };
}

const tree = (before: string | null, after: string | null) => ({ before, after, skipped: [] });

describe('Checks that fail', () => {
  const optional = { ...on.CHECK, name: 'lint', required: false, passed: false };
  const failing = { ...on.CHECK, name: 'tests', passed: false };
  const passing = { ...on.CHECK, name: 'types' };

  it('stay with the work that they failed on', () => {
    const update = takeFailedChecks(context('worker'), [failing], on.text('no'), 'u');
    expect(update.work).toEqual({ ...work, checks: [failing], checkedTree: null });
    expect(update.feedback?.attempt).toBe(3);
  });

  it('of no accepted work are those of the current attempt', () => {
    const before = context('worker', { work: null });
    const update = takeFailedChecks(before, [failing], on.text('no'), 'u');
    expect([update.work, update.feedback?.attempt]).toEqual([null, 4]);
  });

  it('are what a standstill is known by: the required ones, not those that pass', () => {
    const all = [optional, failing, passing];
    const { standstill } = takeFailedChecks(context('worker'), all, on.text('no'), 'u');
    expect(standstill).toEqual({ tree: 'u', found: ['tests'], rounds: 1 });
  });
});

describe('A verdict done is for the files that the checks passed on', () => {
  it.each([
    ['with checks of these files', {}, tree('t', 't'), true],
    ['with files that were changed before', {}, tree('u', 't'), false],
    ['with files that were changed meanwhile', {}, tree('t', 'u'), false],
    ['with files that are not recorded', {}, null, true],
    ['with files that are recorded in part', {}, tree(null, 't'), true],
    ['with other files that are recorded in part', {}, tree(null, 'u'), false],
    ['without any result of the checks', { work: { ...work, checks: [] } }, tree('t', 't'), false],
    ['without any work', { work: null }, tree('t', 't'), false],
    ['where no checks are configured', { hasChecks: false, work: null }, tree('t', 'u'), true],
  ] as const)('%s', (_, overrides, judged, expected) => {
    const end = on.answer('done', { tree: judged });
    expect(judgesCheckedTree(context('auditor', overrides), end)).toBe(expected);
  });
});

describe('An answer that is not taken', () => {
  it('since the files were changed is explained to the next auditor, and takes the checks back', () => {
    const end = on.answer('done', { tree: tree('t', 'u') });
    expect(refuseAnswer(context('auditor'), end)).toMatchObject({
      reason: 'treeChanged',
      verdict: null,
      work: { ...work, checks: [], checkedTree: null },
      diagnosis:
        'The files were changed after the checks had passed, or while they were judged: a verdict of done was for other ' +
        'files than are there. Change nothing while you judge.',
    });
  });

  it('in the end fails the run with what to do', () => {
    expect(failUnjudged(context('auditor', { reason: 'treeChanged' }))).toEqual({
      reason: 'treeChanged',
      message:
        'The files changed each time while they were judged, so that nobody judged what is there. ' +
        'oneshot diff --attempt 4 shows what changed; what tools write there belongs into .gitignore. ' +
        'Then: oneshot resume.',
    });
  });
});

describe('The ledger', () => {
  const finding = on.text('a').preview;
  const before = context('auditor', {
    findings: [
      { id: 'F-000000', text: finding, status: 'new', iteration: 1, rounds: 1, dismissal: null },
    ],
  });

  it.each([
    ['that cannot be read', on.answer('unreadable')],
    ['that is not there', on.cleanEnd()],
  ])('is left as it is by an answer %s', (_, end) => {
    expect(takeVerdict(before, end).findings).toBe(before.findings);
  });

  it('has its findings mended by a verdict done', () => {
    expect(takeVerdict(before, on.answer('done')).findings).toMatchObject([{ status: 'fixed' }]);
  });
});

describe('Protected files that were changed', () => {
  const end = on.cleanEnd({ protectedChanges: changes });

  it('are kept with the work, and only when there are any', () => {
    expect(acceptWork(context('worker'), end).work?.protectedChanges).toEqual(changes);
    expect(acceptWork(context('worker'), on.cleanEnd()).work).not.toHaveProperty(
      'protectedChanges',
    );
  });

  it.each([
    ['a worker that changed them', 'worker', end, {}, changes],
    ['a worker that put them back', 'worker', on.cleanEnd(), { protectedChanges: changes }, null],
    ['a worker that left them alone', 'worker', on.cleanEnd(), {}, undefined],
    [
      'a worker that was not started',
      'worker',
      on.end({ reason: 'spawnFailed' }),
      { protectedChanges: changes },
      undefined,
    ],
    ['an auditor', 'auditor', on.cleanEnd(), { protectedChanges: changes }, undefined],
  ] as const)('are noted after %s', (_, role, how, overrides, expected) => {
    expect(takeUsage(context(role, overrides), how).protectedChanges).toEqual(expected);
  });
});
