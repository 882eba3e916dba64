import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { AgentAdapter } from '../../../actors/agents/adapter.ts';
import { findAgent } from '../../../actors/agents/registry.ts';
import type { EndClass } from '../../../machines/contracts.ts';
import { classifyEnd, judgeRecovery } from '../../../machines/judgement.ts';
import { NO_OUTCOME } from '../../../machines/outcome.ts';
import { type Exit, evidenceOf, fixture } from './adapter-reading.ts';

/** How a recorded process ended, and what that was in truth, by what it was made to do. */
interface Ending extends Exit {
  readonly agent: string;
  readonly recording: string;
  readonly class: EndClass;
}

const FOLDER = resolve('test/fixtures/agents');
const ENDINGS: readonly Ending[] = JSON.parse(readFileSync(`${FOLDER}/endings.json`, 'utf8'));
const AGENTS = [...new Set(ENDINGS.map(({ agent }) => agent))];
const CLASSES: readonly EndClass[] = [
  'clean',
  'limited',
  'unauthorized',
  'notFound',
  'contextTooLong',
  'crashed',
  'empty',
  'stopped',
];

function adapterOf({ agent }: Ending): AgentAdapter {
  const adapter = findAgent(agent);
  if (!adapter) throw new Error(`There is no agent "${agent}".`);
  return adapter;
}

const evidence = (ending: Ending) =>
  evidenceOf(adapterOf(ending), fixture(ending.agent, ending.recording), ending);

/** A row for each true class that was recorded, a column for each class that is judged. */
function drawMatrix(count: (truth: EndClass, judged: EndClass) => number): string {
  const rows = CLASSES.filter((truth) => ENDINGS.some((ending) => ending.class === truth));
  const cells = (truth: EndClass) =>
    CLASSES.map((judged) => String(count(truth, judged) || '·').padStart(15));
  const head = `${'true \\ judged'.padEnd(15)}${CLASSES.map((name) => name.padStart(15)).join('')}`;
  return [head, ...rows.map((truth) => truth.padEnd(15) + cells(truth).join(''))].join('\n');
}

function transcriptOf({ agent, recording }: Ending): string {
  return `${FOLDER}/${agent}/${recording.replace(/\.\w+$/, '.transcript.jsonl')}`;
}

const hasTranscript = (ending: Ending) => existsSync(transcriptOf(ending));

const nameOf = ({ agent, recording }: Ending) => `${agent}/${recording}`;

describe('The recorded endings', () => {
  it('are all judged as what they were', () => {
    const judged = ENDINGS.map((ending) => ({ ending, as: classifyEnd(evidence(ending)) }));
    const count = (truth: EndClass, as: EndClass) =>
      judged.filter((each) => each.ending.class === truth && each.as === as).length;
    process.stdout.write(`${ENDINGS.length} recorded endings\n${drawMatrix(count)}\n`);
    const wrong = judged.filter(({ ending, as }) => ending.class !== as);
    expect(wrong.map(({ ending, as }) => `${nameOf(ending)}: ${ending.class} as ${as}`)).toEqual(
      [],
    );
  });

  it('are a success for recovery exactly when they were one', () => {
    const successes = ENDINGS.filter((one) => judgeRecovery(evidence(one)).kind === 'success');
    const clean = ENDINGS.filter((one) => one.class === 'clean');
    expect(successes.map(nameOf)).toEqual(clean.map(nameOf));
  });

  it('would be no success with an exit code of 0 either, unless they were one', () => {
    const lies = { exitCode: 0, signal: null, stopped: false };
    const believed = ENDINGS.filter((one) => one.class !== 'clean').filter(
      (one) => judgeRecovery({ ...evidence(one), ...lies }).kind === 'success',
    );
    expect(believed.map(nameOf)).toEqual([]);
  });

  it.each(
    ENDINGS.filter(hasTranscript)
      .filter((one) => one.class === 'crashed')
      .map(nameOf),
  )('of a kill (%s) leave something to go on with, by its own transcript too', (name) => {
    const ending = ENDINGS.find((one) => nameOf(one) === name);
    if (!ending) throw new Error(name);
    const transcript = adapterOf(ending).transcript?.read(transcriptOf(ending), '') ?? null;
    const { kind } = judgeRecovery({ ...evidence(ending), stream: NO_OUTCOME, transcript });
    expect(kind).toBe('partial');
  });

  it.each(ENDINGS.filter((one) => one.class === 'contextTooLong').map(nameOf))(
    'of a task that is too long (%s) leave nothing to go on with, since a second try would be the same',
    (name) => {
      const ending = ENDINGS.find((one) => nameOf(one) === name);
      if (!ending) throw new Error(name);
      const path = transcriptOf(ending);
      const transcript = existsSync(path)
        ? (adapterOf(ending).transcript?.read(path, '') ?? null)
        : null;
      const seen = { ...evidence(ending), transcript };
      expect(judgeRecovery(seen)).toEqual({ kind: 'dead', class: 'contextTooLong' });
    },
  );

  it.each(AGENTS)('of %s are all listed', (agent) => {
    const recorded = readdirSync(`${FOLDER}/${agent}`)
      .filter((name) => /^\w+\.(ndjson|txt)$/.test(name))
      .sort();
    const listed = ENDINGS.filter((ending) => ending.agent === agent);
    expect(listed.map(({ recording }) => recording).sort()).toEqual(recorded);
  });
});
