/** Two processes that resume one run at once: exactly one may, and the other says so. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readLock } from '../../services/lock.ts';
import { BROKEN } from './broken-rules.ts';
import { brokenRules } from './life-rules.ts';
import type { Random } from './random.ts';
import { lookAt } from './record-rules.ts';
import { type Ended, type Hosting, makePlace, type RunPlace } from './run-place.ts';

export interface Races {
  readonly races: number;
  /** Broken rules, in sentences. */
  readonly broken: readonly string[];
}

/** Races for one run, whose agent lives on meanwhile. */
const RACES_A_RUN = 25;

/** Milliseconds between the starts of the two, at most. */
const APART_MS = 30;

const POLL_MS = 5;

/** Milliseconds after which one of the two should have given up long ago. */
const PATIENCE_MS = 20_000;

export async function raceResumes(races: number, random: Random, program?: string): Promise<Races> {
  const broken: string[] = [];
  for (let done = 0; done < races; done += RACES_A_RUN)
    broken.push(...(await racesOfOneRun(Math.min(RACES_A_RUN, races - done), random, program)));
  return { races, broken };
}

async function racesOfOneRun(races: number, random: Random, program?: string): Promise<string[]> {
  const place = makePlace({ shape: 'waits', inGit: false, program });
  try {
    const first = place.start(['Do it.']);
    await until(() => place.life().length > 0);
    await killed(first);
    const broken: string[] = [];
    for (let race = 0; race < races; race += 1) broken.push(...(await oneRace(place, random)));
    writeFileSync(join(place.work, 'go'), '');
    return [...broken, ...(await brokenEnd(place))];
  } finally {
    place.clear();
  }
}

async function oneRace(place: RunPlace, random: Random): Promise<string[]> {
  const apart = random.below(APART_MS);
  const one = place.start(['resume']);
  await delay(apart);
  const other = place.start(['resume']);
  const end = await Promise.race([
    one.ended.then((loser) => ({ loser, winner: other })),
    other.ended.then((loser) => ({ loser, winner: one })),
    delay(PATIENCE_MS, null, { ref: false }),
  ]);
  const broken = end ? await brokenOutcome(place, end) : [BROKEN.bothGoOn()];
  await Promise.all([killed(one), killed(other)]);
  return broken;
}

interface Outcome {
  readonly loser: Ended;
  /** As it seems. */
  readonly winner: Hosting;
}

async function brokenOutcome(place: RunPlace, { loser, winner }: Outcome): Promise<string[]> {
  const { child } = winner;
  const goesOn = () => readLock(place.run()?.lock ?? '')?.pid === child.pid;
  await until(() => goesOn() || child.exitCode !== null);
  const said = `ended with ${loser.code}: ${loser.err.trim()}`;
  if (child.exitCode !== null) return [BROKEN.bothEnded(said)];
  const isRefused = loser.code === 2 && loser.err.includes(`by process ${child.pid}`);
  return isRefused ? [] : [BROKEN.loser(said)];
}

async function brokenEnd(place: RunPlace): Promise<string[]> {
  const { code, err } = await place.start(['resume']).ended;
  const folder = place.run();
  const broken = folder ? lookAt(folder, null).broken : [BROKEN.runGone()];
  const ended = code === 0 ? [] : [BROKEN.afterRaces(`${code}`, err.trim())];
  return [...ended, ...broken, ...brokenRules(place.life())];
}

async function killed({ child, ended }: Hosting): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline)
      throw new Error(`A race does not begin or end in ${PATIENCE_MS} ms.`);
    await delay(POLL_MS);
  }
}
