import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';
import { prepared } from '../prepared-place.ts';
import { git, repositoryPlace } from '../repository-place.ts';

/** Two iterations: the first makes a file, the second changes it and makes another one. */
const WORKER = `cat >/dev/null
case $ONESHOT_ATTEMPT in
0001-*) echo one >made.txt; echo did it;;
*) echo two >>made.txt; printf 'a\\033[31m\\n' >other.txt; rm old.txt; echo did more;;
esac`;

const AUDITOR = `cat >prompt-$ONESHOT_ATTEMPT; case $ONESHOT_ATTEMPT in
0002-*) echo '{"verdict":"retry","feedback":"more","findings":["half"]}';;
*) ${SAY_DONE};; esac`;

describe('oneshot diff', () => {
  it('shows what the run changed, as a patch that git applies', async () => {
    const at = await ranPlace();
    const { code, out } = await at.oneshot(['diff']);
    expect(code).toBe(0);
    expect(out).toContain('+++ b/made.txt');
    expect(out).toContain('deleted file mode 100644');
    git(at, 'stash', '-q', '-u');
    at.write('whole.patch', out);
    git(at, 'apply', 'whole.patch');
    expect(at.read('made.txt')).toBe('one\ntwo\n');
    expect(at.exists('old.txt')).toBe(false);
  });

  it('shows what one attempt changed', async () => {
    const at = await ranPlace();
    const { out } = await at.oneshot(['diff', '--attempt', '3']);
    expect(out).toContain(' one\n+two');
    const { out: first } = await at.oneshot(['diff', '--attempt', '1']);
    expect(first).toContain('+one');
    expect(first).not.toContain('two');
  });

  it('tells how much changed in which files, for people and for programs', async () => {
    const at = await ranPlace();
    const { out } = await at.oneshot(['diff', '--stat', '--attempt', '1']);
    expect(out).toMatch(/made\.txt \| 1 \+/);
    const { out: json } = await at.oneshot(['diff', '--json', '--attempt', '3']);
    const of = { from: null, status: 'modified', added: 1, deleted: 0 };
    expect(JSON.parse(json)).toMatchObject({ type: 'diff', attempt: 3, isNow: false });
    expect(JSON.parse(json).files).toEqual(
      expect.arrayContaining([
        { ...of, path: 'made.txt' },
        { ...of, path: 'old.txt', status: 'deleted', added: 0, deleted: 1 },
      ]),
    );
  });

  it('of an attempt that goes on compares with the files as they are now', async () => {
    const at = repository();
    const worker =
      'cat >/dev/null; echo half >made.txt; while [ ! -e go ]; do sleep 0.02; done; echo did it';
    const run = at.start(['do it', ...scriptAgent(at, worker)]);
    await until(
      'the worker has written',
      () => at.exists('made.txt') && at.read('made.txt') !== '',
    );
    const { out, err, code } = await at.oneshot(['diff', '--attempt', '1']);
    expect([code, err]).toEqual([0, expect.stringContaining('has no end yet')]);
    expect(out).toContain('+half');
    at.write('go', '');
    expect((await run.ended).code).toBe(0);
  });

  it('says what is missing, with exit code 2', async () => {
    const at = await ranPlace();
    const unknown = await at.oneshot(['diff', '--attempt', '9']);
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringContaining('there are those of 1, 2, 3, 4'),
    ]);
    const wrong = await at.oneshot(['diff', '--attempt', 'x']);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--attempt is "x"')]);
    const bare = place();
    await bare.oneshot(['do it', ...scriptAgent(bare, 'cat >/dev/null; echo did it')]);
    const none = await bare.oneshot(['diff']);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('is in no git work tree')]);
  });
});

describe('The auditor', () => {
  it('is told what was changed since the run began', async () => {
    const at = await ranPlace();
    const [first, second] = ['0002', '0004'].map((number) => at.read(`prompt-${number}-auditor`));
    expect(first).toContain('# What was changed since the run began');
    expect(first).toContain('- added made.txt (+1 -0)');
    expect(first).not.toContain('other.txt');
    expect(second).toContain('- added made.txt (+2 -0)');
    expect(second).toContain('- deleted old.txt (+0 -1)');
    expect(second).toContain('\n+one\n+two\n');
    const changes = join(at.runs()[0] ?? '', 'attempts/0004-auditor/changes.md');
    expect(second).toContain(readFileSync(changes, 'utf8').trim());
  });

  it('is shown less of a large patch when its prompt is an argument, so that it can be started', async () => {
    const at = repository();
    const worker = 'cat >/dev/null; seq 1 9000 >made.txt; echo did it';
    const auditor = `printf %s "$1" >prompt; echo '{"verdict":"done"}'`;
    const [, , , script = ''] = scriptAgent(at, worker, auditor);
    const agent = [
      '--worker-agent-command',
      script,
      '--auditor-agent-command',
      `${script} {prompt}`,
    ];
    const { code } = await at.oneshot(['do it', '--agent', 'command', ...agent]);
    expect(code).toBe(0);
    expect(at.read('prompt')).toContain('The patch is cut in:\n- made.txt');
    expect(at.read('prompt').length).toBeLessThan(12_000);
  });

  it('is told nothing of it where nothing is recorded', async () => {
    const at = place();
    const auditor = `cat >prompt; echo '{"verdict":"done"}'`;
    await at.oneshot(['do it', ...scriptAgent(at, 'cat >/dev/null; echo did it', auditor)]);
    expect(at.read('prompt')).not.toContain('changed since');
  });

  it('is shown no secret that an agent wrote into a file', async () => {
    const at = repository();
    const worker = 'cat >/dev/null; echo "key $MY_TOKEN" >made.txt; echo did it';
    const auditor = `cat >prompt; echo '{"verdict":"done"}'`;
    const env = { MY_TOKEN: 'canary-4f9d2c7b81' };
    await at.oneshot(['do it', ...scriptAgent(at, worker, auditor)], { env });
    expect(at.read('prompt')).toContain('+key ');
    expect(at.read('prompt')).not.toContain('canary');
  });
});

const repository = () => repositoryPlace({ files: { 'old.txt': 'old\n' } });

const ranPlace = prepared(async () => {
  const at = repository();
  const { code } = await at.oneshot(['do it', ...scriptAgent(at, WORKER, AUDITOR)]);
  expect(code).toBe(0);
  return at;
});
