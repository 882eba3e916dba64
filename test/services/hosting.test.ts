import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AGENT_NAMES } from '../../actors/agents/registry.ts';
import { findTree } from '../../actors/process-tree.ts';
import { loadConfig } from '../../services/config.ts';
import { startRun } from '../../services/run-start.ts';
import { place, until } from '../oneshot-process.ts';

const RUNS = 12;

/** The worker says the word of its task, waits for a file, and says it again; the auditor says the word as well. */
const AGENT = `#!/bin/sh
word=$(grep -o 'word-[0-9]*-end' | head -1)
case $ONESHOT_ATTEMPT in
*-worker) echo "$word"; until [ -e ../go ]; do sleep 0.05; done; echo "$word";;
*) echo "{\\"verdict\\":\\"done\\",\\"feedback\\":\\"$word\\"}";;
esac
`;

async function begin(root: string, index: number) {
  const word = `word-${index}-end`;
  const cwd = join(root, word);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'agent.sh'), AGENT, { mode: 0o755 });
  const flags = { agentCommand: './agent.sh' };
  const config = await loadConfig({ cwd, home: homedir(), flags, agents: AGENT_NAMES });
  const waiting = { signal: new AbortController().signal, notify: () => undefined };
  const task = `Say ${word}.`;
  const session = await startRun({ task, config, cwd, sharing: 'refuse', ...waiting });
  const told: unknown[] = [];
  session.activities$.subscribe((entries) => told.push(...entries));
  session.transitions$.subscribe((entry) => told.push(entry));
  return { word, session, told };
}

describe('Runs that one process hosts at once', () => {
  it('have nothing of each other in their files and in what their sessions tell, and all come to their end', async () => {
    const here = place();
    const runs = await Promise.all(
      Array.from({ length: RUNS }, (_, index) => begin(here.path, index)),
    );
    const ends = runs.map(({ session }) => session.run());
    const isSaid = ({ told, word }: (typeof runs)[number]) =>
      told.some((entry) => JSON.stringify(entry).includes(`"text":"${word}"`));
    await until('all agents are at work together', () => runs.every(isSaid));
    here.write('go', '');
    const outcomes = await Promise.all(ends);
    expect(outcomes.map(({ phase }) => phase)).toEqual(runs.map(() => 'completed'));
    for (const { word, session, told } of runs) {
      const { journal, snapshot, log } = session.folder;
      const files = [journal, snapshot, log].map((path) => readFileSync(path, 'utf8'));
      const words = [...files, JSON.stringify(told)].join().match(/word-\d+-end/g);
      expect([...new Set(words)]).toEqual([word]);
      const root = { pid: null, environment: { ONESHOT_RUN: session.folder.id } };
      expect(findTree(root)).toEqual([]);
    }
  });
});
