/** Hunts for anything of the abandoned future in a fork, and for anything that a fork does to the run it comes from. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { RunReport } from '../../services/run-report.ts';
import { type Place, place, scriptAgent, until } from '../oneshot-process.ts';
import { prepared } from '../prepared-place.ts';
import { problemsOf, recordsIn } from '../services/stored-records.ts';

/** Each attempt says which it is, and writes its prompt down. */
const SAYS = 'cat >"prompt-$ONESHOT_RUN-$ONESHOT_ATTEMPT"; echo "word-of-$ONESHOT_ATTEMPT"';
const JUDGES = `cat >"prompt-$ONESHOT_RUN-$ONESHOT_ATTEMPT"
case $ONESHOT_ATTEMPT in
0002-*|0004-*) echo '{"verdict":"retry","feedback":"feedback-of-'$ONESHOT_ATTEMPT'"}';;
*) echo '{"verdict":"done","feedback":"feedback-of-'$ONESHOT_ATTEMPT'"}';;
esac`;

/** 0 created, 1-3 worker, 4-6 auditor: retry, 7-9 worker, 10-12 auditor: retry, 13-15 worker, 16-18 auditor: done. */
const ranPlace = prepared(async () => {
  const at = place();
  expect((await at.oneshot(['do it', ...agentOf(at)])).code).toBe(0);
  return at;
});

const agentOf = (at: Place) => scriptAgent(at, SAYS, JUDGES);

async function withRun(): Promise<Place & { agent: string[]; first: string }> {
  const at = await ranPlace();
  return { ...at, agent: agentOf(at), first: at.runs()[0] ?? '' };
}

describe('A fork', () => {
  it('goes on from its checkpoint with what was known then, and leaves the first run as it is', async () => {
    const at = await withRun();
    const before = fingerprint(at.first);
    const { code, err } = await at.oneshot(['fork', '--at', '8']);
    expect(code).toBe(0);
    expect(err).toContain('Only the state is forked');
    const fork = at.runs()[1] ?? '';
    const parent = { run: idOf(at.first), seq: 6 };
    expect(at.snapshot()).toMatchObject({ id: idOf(fork), state: 'completed', parent });
    expect(await at.show()).toMatchObject({
      parent,
      attempts: [{ number: 3, role: 'worker' }, { number: 4 }, { number: 5 }, { number: 6 }],
    });
    const prompt = at.read(`prompt-${idOf(fork)}-0003-worker`);
    expect(prompt).toContain('feedback-of-0002-auditor');
    expect(fingerprint(at.first)).toEqual(before);
    expect((await at.oneshot(['replay', '--all', '*'])).code).toBe(0);
    expect(recordsIn(fork).flatMap(problemsOf)).toEqual([]);
  });

  it('knows nothing of the future that it leaves behind', async () => {
    const at = await withRun();
    await at.oneshot(['fork', '--at', '6', '--no-start']);
    const fork = at.runs()[1] ?? '';
    const texts = filesIn(fork)
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    expect(texts).toContain('feedback-of-0002-auditor');
    for (const future of ['0003', '0004', '0005', '0006']) {
      expect(texts).not.toContain(`of-${future}`);
    }
    expect(filesIn(fork).map((path) => path.slice(fork.length + 1))).toEqual([
      'attempts/0001-worker/result.md',
      'attempts/0002-auditor/feedback.md',
      'journal.ndjson',
      'oneshot.json',
      'task.md',
    ]);
    const { snapshot } = JSON.parse(readFileSync(join(fork, 'oneshot.json'), 'utf8'));
    expect(snapshot.context).toMatchObject({ usage: { worker: { costUsd: null } }, iteration: 1 });
  });

  it('does not go on with the session of an agent, which may remember what came later', async () => {
    const at = place();
    at.write(
      'scenario.json',
      JSON.stringify({
        worker: [[{ say: 'half of it' }, { write: 'half', text: '' }, { exit: 1 }]],
        auditor: [[]],
      }),
    );
    await at.oneshot([
      'do it',
      '--agent',
      'scripted',
      '--max-iterations',
      '1',
      '--',
      'scenario.json',
    ]);
    expect(JSON.stringify(at.snapshot().snapshot)).toMatch(/"session":\{"id"/);
    await at.oneshot(['fork', '--no-start']);
    expect(at.snapshot()).toMatchObject({
      state: 'reiterationPending',
      snapshot: { context: { salvage: { session: null } } },
    });
  });

  it('takes other agents, budgets, tasks and values', async () => {
    const at = await withRun();
    const judge = at.write(
      'judge.sh',
      `#!/bin/sh\ncat >judged; echo '{"verdict":"done","feedback":"by another"}'\n`,
    );
    at.write('other.md', 'do something else');
    const flags = [
      '--auditor-agent-command',
      judge,
      '--max-iterations',
      '7',
      '--task-file',
      'other.md',
      '--set',
      'limits.attemptMs=5000',
      '--set',
      'settings.killGraceMs=7',
    ];
    expect((await at.oneshot(['fork', '--at', '3', ...flags])).code).toBe(0);
    expect(await at.show()).toMatchObject({
      feedback: 'by another',
      maxIterations: 7,
      task: 'do something else',
      attempts: [{ number: 2 }],
    });
    expect(at.read('judged')).toContain('do something else');
    const [first = ''] = readFileSync(join(at.runs()[1] ?? '', 'journal.ndjson'), 'utf8').split(
      '\n',
    );
    expect(JSON.parse(first)).toMatchObject({
      event: { type: 'run.forked' },
      run: { settings: { killGraceMs: 7 } },
      context: { limits: { attemptMs: 5000 } },
    });
  });

  it('of a run that is going on leaves it alone', async () => {
    const at = place();
    const waits = `${SAYS}; while [ ! -e go ]; do sleep 0.02; done`;
    const run = at.start([
      'do it',
      ...scriptAgent(at, `case $ONESHOT_ATTEMPT in 0003-*) ${waits};; *) ${SAYS};; esac`, JUDGES),
    ]);
    await until('the second worker is at work', () => run.err().includes('word-of-0003'));
    await until('its start is recorded', () => at.snapshot().history.at(-1)?.pid !== undefined);
    const first = at.runs()[0] ?? '';
    const before = fingerprint(first);
    const judge = at.write('judge.sh', `#!/bin/sh\ncat >/dev/null; echo '{"verdict":"done"}'\n`);
    const forked = await at.oneshot([
      'fork',
      '--at',
      '3',
      '--share',
      '--auditor-agent-command',
      judge,
    ]);
    expect(forked.code).toBe(0);
    expect(fingerprint(first)).toEqual(before);
    at.write('go', '');
    expect((await run.ended).code).toBe(0);
    expect((await at.oneshot(['replay', '--all', '*'])).code).toBe(0);
  });

  it('that is refused leaves nothing behind', async () => {
    const at = place();
    const run = at.start(['do it', ...scriptAgent(at, 'cat >/dev/null; echo begun; sleep 60')]);
    await until('the agent has begun', () => run.err().includes('begun'));
    const refused: [string[], string][] = [
      [['fork'], 'ONESHOT_FOLDER_BUSY'],
      [['fork', '--at', '99'], 'no seq 99'],
      [['fork', '--at', 'x'], '--at'],
      [['fork', '--set', 'x'], '--set'],
      [['fork', '--share', '--worker-agent', 'nobody'], 'nobody'],
      [
        ['fork', '--share', '--worker-agent', 'command', '--worker-agent-command', './missing.sh'],
        './missing.sh',
      ],
      [['fork', '--task-file', 'missing.md'], 'missing.md'],
    ];
    for (const [args, said] of refused) {
      const { code, err } = await at.oneshot(args);
      expect([args, code]).toEqual([args, 2]);
      expect(err).toContain(said);
    }
    expect(at.runs()).toHaveLength(1);
  });

  it('is refused when a text that it would refer to is gone or changed', async () => {
    const at = await withRun();
    const feedback = join(at.first, 'attempts/0002-auditor/feedback.md');
    writeFileSync(feedback, 'changed');
    expect(await at.oneshot(['fork', '--at', '6'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(feedback),
    });
    rmSync(feedback);
    expect(await at.oneshot(['fork', '--at', '6'])).toMatchObject({
      code: 2,
      err: expect.stringContaining(feedback),
    });
    expect(at.runs()).toHaveLength(1);
  });

  it('is shown with its family', async () => {
    const at = await withRun();
    await at.oneshot(['fork', '--at', '6', '--no-start']);
    await at.oneshot(['fork', '--no-start']);
    const [first, second, third] = at.runs().map(idOf);
    const { out } = await at.oneshot(['show', `${second}`]);
    expect(out).toContain(
      `family\n  ${first} (completed)\n  └─ ${second} from seq 6 (reiterationPending)  ← this run\n     └─ ${third} from seq 0 (reiterationPending)\n`,
    );
    expect((await at.oneshot(['list'])).out).toContain('reiterationPending (not started)');
    const shown: RunReport = JSON.parse((await at.oneshot(['show', '--json', `${first}`])).out);
    expect(shown).toMatchObject({ parent: null, children: [{ run: second, seq: 6 }] });
    const forked = await at.oneshot(['fork', '--no-start', '--json', `${first}`]);
    expect(JSON.parse(forked.out)).toMatchObject({
      type: 'fork',
      parent: { run: first, seq: 15 },
      state: 'auditPending',
    });
  });
});

function idOf(folder: string): string {
  return folder.split('/').at(-1) ?? '';
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Every byte of a folder. */
function fingerprint(folder: string): string[] {
  return filesIn(folder).map(
    (path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
  );
}
