import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../services/journal.ts';
import { terminalOutput } from '../../services/output-terminal.ts';
import { type Place, place, SAY_DONE, until } from '../oneshot-process.ts';

const LATER = Date.now() + 3_600_000;

/** A worker that comes to its limit after it has said and done something, and one to take its place. */
function limitedWorker(at: Place, limit: object = { resumeAt: LATER }): string[] {
  const scenario = {
    worker: [
      [
        { say: 'I have begun with one.txt.' },
        { write: 'one.txt', text: 'one' },
        { result: 'usage limit reached', failure: 'limited', ...limit },
      ],
    ],
  };
  at.write('scenario.json', JSON.stringify(scenario));
  at.write('work.sh', '#!/bin/sh\ncat >two.txt; echo "I finished two.txt."\n');
  at.write('judge.sh', `#!/bin/sh\n${SAY_DONE}\n`);
  return [
    ...['do both', '--worker-agent', 'scripted', '--auditor-agent', 'command'],
    ...['--worker-agent-command', './work.sh', '--auditor-agent-command', './judge.sh'],
  ];
}

/** What a screen that is written over shows at a moment of the newest run's wait. */
async function liveLineOf(at: Place, now: number): Promise<string> {
  const journal = readFileSync(join(at.runs().at(-1) ?? '', 'journal.ndjson'), 'utf8').trim();
  const entries: JournalEntry[] = journal.split('\n').map((line) => JSON.parse(line));
  const header = entries[0]?.run;
  const wait = entries.find(({ value }) => value === 'waitingForQuota');
  if (!header || !wait) throw new Error('It never waited.');
  let written = '';
  const streams = {
    out: () => undefined,
    err: (text: string) => {
      written += text;
    },
  };
  const screen = { color: false, live: true, verbosity: 'normal', columns: () => 200 } as const;
  const output = terminalOutput(streams, { ...screen, now: () => now });
  output.started(header, at.path);
  output.transition(wait);
  output.notice('The line is drawn again under what is said.');
  const [, line = ''] = written.split('The line is drawn again under what is said.');
  output.finished(await at.show());
  return line;
}

const agentsOf = async (at: Place) => (await at.show()).attempts.map(({ agent }) => agent);
const scenario = ['--', 'scenario.json'];

describe('A usage limit', () => {
  it('lets the next agent go on at once, told of what was done', async () => {
    const at = place();
    const { code, err } = await at.oneshot([
      ...limitedWorker(at),
      '--fallback-agent',
      'command',
      ...scenario,
    ]);
    expect(code).toBe(0);
    expect(await agentsOf(at)).toEqual(['scripted', 'command', 'command']);
    expect(at.read('two.txt')).toContain('I have begun with one.txt.');
    expect(at.snapshot()).toMatchObject({ state: 'completed', iteration: 1 });
    const reasons = at.snapshot().history.map(({ reason }) => reason);
    expect(reasons).toContain('fallback');
    expect(err).toContain('usage limit reached. The next agent takes its place.');
  });

  it('is read from the words of the agent', async () => {
    const at = place();
    const flags = [...limitedWorker(at, {}), '--on-limit', 'stop'];
    at.write(
      'scenario.json',
      at.read('scenario.json').replace('reached', 'reached, try again in 2h 5m'),
    );
    const before = Date.now();
    expect((await at.oneshot([...flags, ...scenario])).code).toBe(75);
    const line = readFileSync(join(at.runs().at(-1) ?? '', 'journal.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .at(-1);
    const { resumeAt } = JSON.parse(line ?? '').context;
    expect(resumeAt - before).toBeGreaterThanOrEqual(125 * 60_000 - 1_000);
    expect(resumeAt - before).toBeLessThan(126 * 60_000);
  });

  it('that stopped a run lets it go on later with what was done', async () => {
    const at = place();
    expect((await at.oneshot([...limitedWorker(at), '--on-limit', 'stop', ...scenario])).code).toBe(
      75,
    );
    at.write('scenario.json', JSON.stringify({ worker: [[{ result: 'I finished it.' }]] }));
    expect((await at.oneshot(['resume'])).code).toBe(0);
    const prompt = readFileSync(
      join(at.runs().at(-1) ?? '', 'attempts/0002-worker/prompt.md'),
      'utf8',
    );
    expect(prompt).toContain('I have begun with one.txt.');
  });

  it('is waited for with a countdown on the screen, and told by show', async () => {
    const at = place();
    const run = at.start([...limitedWorker(at), ...scenario]);
    await until('the run waits', () => /● waitingForQuota until \S.* \(in /.test(run.err()));
    const { out } = await at.oneshot(['show']);
    expect(out).toMatch(/^limit +The usage limit holds until .* \(in (59m|1h)/m);
    process.kill(run.pid, 'SIGINT');
    expect((await run.ended).err).toMatch(/The usage limit holds until .* \(in (59m|1h)/);
    expect(await liveLineOf(at, LATER - 90_500)).toMatch(/iteration 1\/5 · until .* \(in 1m 31s\)/);
    expect(await liveLineOf(at, LATER + 1_000)).toContain('last activity');
  });

  it('of an auditor lets the next agent judge', async () => {
    const at = place();
    at.write(
      'scenario.json',
      JSON.stringify({ auditor: [[{ result: 'limit', failure: 'limited' }]] }),
    );
    at.write('agent.sh', `#!/bin/sh\n${SAY_DONE}\n`);
    const agents = [
      '--worker-agent',
      'command',
      '--auditor-agent',
      'scripted',
      '--agent-command',
      './agent.sh',
    ];
    const { code } = await at.oneshot([
      'do it',
      ...agents,
      '--fallback-agent',
      'command',
      ...scenario,
    ]);
    expect(code).toBe(0);
    expect(await agentsOf(at)).toEqual(['command', 'scripted', 'command']);
  });

  it('is fallen back from by what a configuration file says', async () => {
    const at = place();
    at.write('oneshot.config.json', '{"fallbackAgents": ["command"], "onLimit": "fallback"}');
    expect((await at.oneshot([...limitedWorker(at), ...scenario])).code).toBe(0);
    expect(await agentsOf(at)).toEqual(['scripted', 'command', 'command']);
  });

  it.each([
    [['--on-limit', 'fallback'], 'needs an agent to fall back on'],
    [['--fallback-agent', 'nobody'], 'must be one of'],
    [['--fallback-agent', 'openai'], 'needs a model'],
  ])('is refused to be prepared for with %j before anything begins', async (flags, said) => {
    const at = place();
    const { code, err } = await at.oneshot([...limitedWorker(at), ...flags, ...scenario]);
    expect(code).toBe(2);
    expect(err).toContain(said);
    expect(at.runs()).toEqual([]);
  });
});
