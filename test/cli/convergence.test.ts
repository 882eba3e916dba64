import { describe, expect, it } from '@jest/globals';
import { findingId } from '../../machines/findings-ledger.ts';
import { place, SAY_DONE, scriptAgent } from '../oneshot-process.ts';
import { repositoryPlace } from '../repository-place.ts';

const roles = (attempts: readonly { role: string }[]) => attempts.map(({ role }) => role);
const say = (verdict: object) =>
  `cat >.git/prompt-$ONESHOT_ATTEMPT; echo '${JSON.stringify(verdict)}'`;

/** Keeps what it is told where git does not look, and changes nothing. */
const CLAIMING = 'cat >.git/prompt-$ONESHOT_ATTEMPT; echo "All is done, and all tests pass."';

const SAME = {
  verdict: 'retry',
  feedback: 'Not yet.',
  findings: ['a.ts:1: no test', 'b.ts: typo'],
};

describe('A worker that always claims success', () => {
  it('is never believed while a check fails', async () => {
    const at = place();
    const flags = ['--check', 'false', '--max-iterations', '5', '--stall-after', '0'];
    const { code } = await at.oneshot([
      'do it',
      ...flags,
      ...scriptAgent(at, 'cat >/dev/null; echo "All is done."', SAY_DONE),
    ]);
    expect(code).toBe(4);
    const { state, verified, attempts } = await at.show();
    expect({ state, verified }).toEqual({ state: 'failed', verified: false });
    expect(roles(attempts)).toEqual(Array(5).fill('worker'));
  });

  it('stalls after two rounds in which the same check failed on the same files', async () => {
    const at = repositoryPlace();
    const { code, err } = await at.oneshot([
      'do it',
      '--check',
      'false',
      ...scriptAgent(at, CLAIMING, SAY_DONE),
    ]);
    expect(code).toBe(1);
    expect(err).toContain('--stall-after 0');
    const { reason, attempts } = await at.show();
    expect([reason, roles(attempts)]).toEqual(['stalled', ['worker', 'worker']]);
  });
});

describe('A run whose auditors find the same in unchanged files', () => {
  it('fails before another round is paid; resume begins one', async () => {
    const at = repositoryPlace();
    const auditor = `[ -e .git/mended ] && { ${SAY_DONE}; } || { ${say(SAME)}; }`;
    const { code } = await at.oneshot(['do it', ...scriptAgent(at, CLAIMING, auditor)]);
    expect(code).toBe(1);
    const { reason, attempts } = await at.show();
    expect([reason, attempts.length]).toEqual(['stalled', 4]);
    at.write('.git/mended', '');
    expect((await at.oneshot(['resume'])).code).toBe(0);
    expect(roles((await at.show()).attempts).slice(4)).toEqual(['worker', 'auditor']);
  });

  it('goes on while the files change', async () => {
    const at = repositoryPlace();
    const worker = `${CLAIMING}; echo x >>made`;
    const flags = ['--max-iterations', '3'];
    await at.oneshot(['do it', ...flags, ...scriptAgent(at, worker, say(SAME))]);
    expect((await at.show()).reason).toBe('maxIterations');
  });

  it('goes on where nobody records the files', async () => {
    const at = place();
    const auditor = `cat >/dev/null; echo '${JSON.stringify(SAME)}'`;
    await at.oneshot(['do it', '--max-iterations', '3', ...scriptAgent(at, 'cat', auditor)]);
    expect((await at.show()).reason).toBe('maxIterations');
  });
});

describe('What the auditors found', () => {
  it('is told both roles with its id and what became of it, and shown', async () => {
    const at = repositoryPlace();
    const [test, typo] = SAME.findings.map(findingId);
    const second = {
      ...SAME,
      findings: [`${typo}`, `dismissed ${test}: it is generated`, 'c.ts: new'],
    };
    const auditor = `case $ONESHOT_ATTEMPT in
0002-*) ${say(SAME)};;
0004-*) ${say(second)};;
*) ${say({ verdict: 'done', feedback: 'ok', findings: [] })};; esac`;
    const worker = `${CLAIMING}; echo x >>made`;
    expect((await at.oneshot(['do it', ...scriptAgent(at, worker, auditor)])).code).toBe(0);
    for (const told of ['.git/prompt-0003-worker', '.git/prompt-0004-auditor'])
      expect(at.read(told)).toContain(
        `${test}, found in iteration 1, new in the last round: a.ts:1: no test`,
      );
    for (const told of ['.git/prompt-0005-worker', '.git/prompt-0006-auditor']) {
      expect(at.read(told)).toContain(`${typo}, found in iteration 1, STILL THERE`);
      expect(at.read(told)).toContain(`${test}, found in iteration 1, dismissed (it is generated)`);
    }
    const { out } = await at.oneshot(['show']);
    expect(out).toContain(`finding    ${typo} fixed, 2 rounds: b.ts: typo`);
    expect((await at.show()).ledger.map(({ status }) => status).sort()).toEqual([
      'dismissed',
      'fixed',
      'fixed',
    ]);
  });
});
