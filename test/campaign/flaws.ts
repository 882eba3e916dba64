/** A flaw for each rule of the campaign: oneshot with it must be noticed to break that rule. */
import type { Flaw } from './broken-copy.ts';
import type { Rule } from './broken-rules.ts';

export interface FlawedRun {
  readonly shape: string;
  /** At most so many kills a run. */
  readonly kills: number;
  readonly flaws: readonly Flaw[];
}

const STOPS_NOBODY: Flaw = {
  file: 'actors/process-tree.ts',
  text: 'const isRooted = rootTest(root, survey);',
  broken: 'const isRooted = () => false;',
};

/** Whatever comes to its end exits with 7. */
const COMPLETED_IS_7: Flaw = {
  file: 'services/exit-codes.ts',
  text: 'completed: { code: 0,',
  broken: 'completed: { code: 7,',
};

function run(shape: string, kills: number, ...flaws: readonly Flaw[]): FlawedRun {
  return { shape, kills, flaws };
}

/** Of one run; each row is noticed by itself. */
export const FLAWED_RUNS: Readonly<Record<RunRule, readonly FlawedRun[]>> = {
  unrecorded: [
    run('once', 0, {
      file: 'actors/attempt-launch.ts',
      text: "writeRecordDurably(files.file('command.json'), host.redactor.redactValue(record));",
      broken: '',
    }),
    // As with a subscription: the effects begin first.
    run('once', 0, {
      file: 'services/run-session.ts',
      text: 'transitions$.next(record.commit(event, snapshot)),',
      broken: 'setTimeout(() => transitions$.next(record.commit(event, snapshot)), 100),',
    }),
  ],
  overlap: [
    run(
      'linger',
      7,
      {
        file: 'actors/recovery-actor.ts',
        text: 'const agent = livingAgent(files, host.runId);',
        broken: 'const agent = null;',
      },
      STOPS_NOBODY,
    ),
    // What a worker leaves behind is ended only at the end of the run.
    run('orphan', 0, {
      file: 'actors/attempt-stops.ts',
      text: 'sweep: endAndRecord,',
      broken:
        'sweep: async () => ({ signalled: 0, killed: 0, survivors: [], sharedServices: [] }),',
    }),
    // A hung worker goes on beside the next one.
    run('hang', 0, STOPS_NOBODY),
  ],
  startedTwice: [
    run('partial', 7, {
      file: 'machines/updates.ts',
      text: 'number: (context.attempt?.number ?? 0) + 1,',
      broken:
        'number: context.attempt?.role === role ? context.attempt.number : (context.attempt?.number ?? 0) + 1,',
    }),
  ],
  doneAgain: [
    run('again', 7, {
      file: 'actors/recovery-actor.ts',
      text: 'const judgement = judgeRecovery(evidence);',
      broken: "const judgement = { kind: 'dead', class: 'crashed' } as const;",
    }),
  ],
  unchecked: [
    run('checks', 0, {
      file: 'machines/lifecycle.ts',
      text: "guard: and(['ofThisAttempt', 'checksPassed']),",
      broken: "guard: 'ofThisAttempt',",
    }),
    run(
      'checks',
      0,
      {
        file: 'machines/lifecycle.ts',
        text: "guard: and(['ofThisAttempt', 'endedCleanly', 'hasChecks']),",
        broken: 'guard: () => false,',
      },
      {
        file: 'machines/lifecycle.ts',
        text: "{ guard: 'checksOutdated', target: 'checksExecuting' },",
        broken: '',
      },
    ),
  ],
  workLost: [
    // As one that begins a resume with a clean work tree.
    run('again', 7, {
      file: 'services/run-start.ts',
      text: '// Once more, now that nobody else can write.',
      broken: "rmSync('work.txt', { force: true });",
    }),
  ],
  falseEnd: [
    run('again', 0, {
      file: 'machines/lifecycle.ts',
      text: "guard: and(['ofThisAttempt', 'endedCleanly', verdictIs('done'), 'judgesCheckedTree']),",
      broken: "guard: and(['ofThisAttempt', 'endedCleanly']),",
    }),
    // An unclear end is taken for DONE.
    run('crash', 0, {
      file: 'machines/recovery-state.ts',
      text: "target: 'pausing',",
      broken: "target: '#oneshot.completed',",
    }),
  ],
  otherEnd: [
    run('impossible', 0, {
      file: 'machines/lifecycle.ts',
      text: "target: 'rejected',",
      broken: "target: 'completed',",
    }),
  ],
  noEnd: [
    run('once', 7, {
      file: 'services/cli-run.ts',
      text: 'return goOn(findRun(config.runsDir, id), extensionOf(options, config), config, options);',
      broken: 'return 0;',
    }),
  ],
  exit: [run('once', 0, COMPLETED_IS_7)],
  left: [run('orphan', 0, STOPS_NOBODY)],
  command: [
    run('once', 0, {
      file: 'services/cli-replay.ts',
      text: 'const outcome = options.verify ? replay(journal) : printSteps(journal, options);',
      broken: "throw new Error('it cannot');",
    }),
    run('once', 0, {
      file: 'services/cli-show.ts',
      text: 'const report =',
      broken: "throw new Error('it cannot'); const report =",
    }),
  ],
  runGone: [
    run('once', 7, {
      file: 'services/run-start.ts',
      text: '// Once more, now that nobody else can write.',
      broken: 'rmSync(folder.path, { recursive: true });',
    }),
  ],
  transitionsLost: [
    run('again', 7, {
      file: 'services/journal.ts',
      text: 'for (const text of wholeLines(path)) yield read(text);',
      broken: `
        const texts = [...wholeLines(path)];
        const isOver = !texts.at(-1)?.includes('"status":"active"');
        for (const text of isOver ? texts : texts.slice(0, Math.max(1, texts.length - 1))) yield read(text);`,
    }),
  ],
  replay: [
    run('once', 0, {
      file: 'machines/updates.ts',
      text: 'return { phase };',
      broken: 'return { phase, quotaProbes: Math.floor(Math.random() * 1000) };',
    }),
  ],
  unreadable: [
    run('once', 0, {
      file: 'services/journal.ts',
      text: 'const hash = digest(previous, body);',
      broken: 'const hash = digest(body, previous);',
    }),
  ],
  snapshotMissing: [
    run('once', 0, {
      file: 'services/snapshot-file.ts',
      text: 'renameSync(temporary, path);',
      broken: '',
    }),
  ],
  snapshotTorn: [
    run('again', 7, {
      file: 'services/snapshot-file.ts',
      text: 'renameSync(temporary, path);',
      // Slowly, so that few runs are needed.
      broken: `
        const cell = new Int32Array(new SharedArrayBuffer(4));
        for (const part of ['', JSON.stringify(file)]) {
          writeFileSync(path, part);
          Atomics.wait(cell, 0, 0, 30);
        }`,
    }),
  ],
  snapshotBehind: [
    run('once', 0, {
      file: 'services/run-record.ts',
      text: 'writeSnapshotFile(folder.snapshot, snapshotFile(header, entry, hash, history));\n      return',
      broken:
        'if (seq < 3) writeSnapshotFile(folder.snapshot, snapshotFile(header, entry, hash, history));\n      return',
    }),
  ],
};

/** Of two that resume one run at once. */
export const FLAWED_RACES: Readonly<Record<RaceRule, Flaw>> = {
  bothGoOn: {
    file: 'services/lock.ts',
    text: 'refuseUnlessGone(path, standing.record);',
    broken: '',
  },
  bothEnded: {
    file: 'services/lock.ts',
    text: 'switch (presence(holder)) {',
    broken: "switch ('alive') {",
  },
  loser: {
    file: 'services/lock.ts',
    text: 'is being worked on by process',
    broken: 'is being worked on by',
  },
  afterRaces: COMPLETED_IS_7,
};

export type RaceRule = 'bothGoOn' | 'bothEnded' | 'loser' | 'afterRaces';
export type RunRule = Exclude<Rule, RaceRule>;
