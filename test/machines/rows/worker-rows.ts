import * as on from '../lifecycle-events.ts';
import { toChecks, toWorker } from '../lifecycle-runs.ts';
import type { Row } from './row.ts';

const withChecks = on.input({ hasChecks: true });

const created: Row[] = [
  {
    rule: 'a created run starts its worker when it is told to start',
    given: [],
    from: 'created',
    when: on.start,
    leads: 'workerExecuting.live',
    context: { phase: 'workerExecuting', iteration: 1, attempt: { number: 1, role: 'worker' } },
  },
  {
    rule: 'a created run stays created when its process was restarted',
    given: [],
    from: 'created',
    when: on.restarted,
    leads: 'created',
  },
  {
    rule: 'a created run can be interrupted',
    given: [],
    from: 'created',
    when: on.interrupt(),
    leads: 'interrupted',
    context: { phase: 'created', reason: 'SIGINT' },
  },
  {
    rule: 'larger limits are taken in any state',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.extend(9),
    leads: 'workerExecuting.live',
    context: { limits: { ...on.LIMITS, maxIterations: 9 } },
  },
];

const worker: Row[] = [
  {
    rule: 'a clean end of the worker goes to the checks when checks are configured',
    input: withChecks,
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.ended(on.cleanEnd()),
    leads: 'checksExecuting',
    context: { work: { attempt: 1, result: on.text('result'), checks: [] }, reason: null },
  },
  {
    rule: 'a clean end of the worker goes to the audit when no checks are configured',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.ended(on.cleanEnd()),
    leads: 'auditPending',
    context: { work: { attempt: 1, result: on.text('result'), checks: [] }, reason: null },
  },
  {
    rule: 'exit code 0 without a result is an abnormal end of the worker',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.ended(on.end({ class: 'empty', exitCode: 0 })),
    leads: 'recoveryPending.examining',
    context: { reason: 'exited', attempt: { endReason: 'exited' } },
  },
  {
    rule: 'a claim of a clean end without a result is examined',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.ended(on.cleanEnd({ result: null })),
    leads: 'recoveryPending.examining',
  },
  {
    rule: 'a worker that crashed is examined',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.ended(on.end({ message: 'It exited with code 3.' })),
    leads: 'recoveryPending.examining',
    context: { reason: 'exited', message: 'It exited with code 3.' },
  },
  {
    rule: 'an end of an older worker attempt changes nothing',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.ofOlderAttempt(on.ended(on.cleanEnd())),
    leads: 'workerExecuting.live',
  },
  {
    rule: 'a silent worker is examined after the inactivity timeout',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.silence('worker'),
    leads: 'recoveryPending.examining',
    context: { reason: 'inactivity', attempt: { endReason: 'inactivity' } },
  },
  {
    rule: 'a worker that takes too long is examined after the attempt timeout',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.ceiling('worker'),
    leads: 'recoveryPending.examining',
    context: { reason: 'attemptCeiling', attempt: { endReason: 'attemptCeiling' } },
  },
  {
    rule: 'a sign of life of the worker keeps it executing',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.activity,
    leads: 'workerExecuting.live',
  },
  {
    rule: "the worker's pid is noted when it has started",
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.started(4711),
    leads: 'workerExecuting.live',
    context: { attempt: { number: 1, pid: 4711 } },
  },
  {
    rule: 'the start of an older worker attempt changes no pid',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.ofOlderAttempt(on.started(4711)),
    leads: 'workerExecuting.live',
    context: { attempt: { number: 1, pid: null } },
  },
  {
    rule: 'a worker whose orchestrator died is examined',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.restarted,
    leads: 'recoveryPending.examining',
    context: { reason: 'orchestratorLost', attempt: { endReason: 'orchestratorLost' } },
  },
  {
    rule: 'a broken worker actor fails the run and names its error',
    given: toWorker,
    from: 'workerExecuting.live',
    when: on.broken('worker'),
    leads: 'failed',
    context: { reason: 'internalError', message: 'the worker actor broke' },
  },
];

const checks: Row[] = [
  {
    rule: 'passing checks lead to the audit and are part of the work',
    input: withChecks,
    given: toChecks,
    from: 'checksExecuting',
    when: on.checksPass,
    leads: 'auditPending',
    context: { work: { attempt: 1, result: on.text('result'), checks: [on.CHECK] } },
  },
  {
    rule: 'a failing check leads to the next iteration with its output as feedback, without an auditor',
    input: withChecks,
    given: toChecks,
    from: 'checksExecuting',
    when: on.checksFail,
    leads: 'reiterationPending',
    context: {
      reason: 'checksFailed',
      feedback: { from: 'checks', attempt: 1, text: on.text('npm test fails') },
      rounds: [{ iteration: 1, attempt: 1, verdict: 'checksFailed', feedback: 'npm test fails' }],
    },
  },
  {
    rule: 'checks of an older attempt change nothing',
    input: withChecks,
    given: toChecks,
    from: 'checksExecuting',
    when: on.ofOlderAttempt(on.checksPass),
    leads: 'checksExecuting',
  },
  {
    rule: 'checks whose orchestrator died lead to an examination of the worker attempt',
    input: withChecks,
    given: toChecks,
    from: 'checksExecuting',
    when: on.restarted,
    leads: 'recoveryPending.examining',
    context: { reason: 'orchestratorLost' },
  },
  {
    rule: 'a broken checks actor fails the run and names its error',
    input: withChecks,
    given: toChecks,
    from: 'checksExecuting',
    when: on.broken('checks'),
    leads: 'failed',
    context: { reason: 'internalError', message: 'the checks actor broke' },
  },
];

export const workerRows: readonly Row[] = [...created, ...worker, ...checks];
