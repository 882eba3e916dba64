/**
 * `npm run campaign`: kills oneshot in the middle of runs, again and again, and looks whether it keeps what it promises.
 *
 * `--runs N` (default 60) and `--seed S` (default 1) say how many runs, and which; `--only K` does this one alone, which
 * is how a violation is looked at again, with `--keep` to keep its folder; `--from K` begins there. `--races N` lets two
 * processes resume a run at once so often. `--jobs N` (default 2) is how many runs go on at a time. After Ctrl-C or SIGTERM
 * no further run begins, and the table tells of those that were.
 */
import { parseArgs } from 'node:util';
import { type Course, killedRun } from './killed-run.ts';
import { raceResumes } from './races.ts';
import { type Random, randomOf } from './random.ts';
import { SHAPES, type Shape } from './shapes.ts';
import { addCourse, emptyTally, tallyTable } from './tally.ts';

/** At most so many kills a run. */
const KILLS = 7;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
    races: { type: 'string', default: '0' },
    jobs: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
  },
});

const seed = Number(options.seed);
const begun = performance.now();
const tally = emptyTally();

const waiting = options.only
  ? [Number(options.only)]
  : numbers(Number(options.from), Number(options.runs));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => waiting.splice(0));
await Promise.all(numbers(0, Number(options.jobs)).map(work));
const races = await raceResumes(Number(options.races), randomOf(seed, -1));
tally.races = races.races;
tally.violations += races.broken.length;
for (const broken of races.broken) console.log(`race, seed ${seed}: ${broken}`);
console.log(tallyTable(tally, (performance.now() - begun) / 1000));
if (tally.violations > 0) process.exitCode = 1;

async function work(): Promise<void> {
  for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
    const random = randomOf(seed, run);
    const shape = random.pick(SHAPES);
    addCourse(tally, report(run, shape, await course(shape, random)));
  }
}

function course(shape: Shape, random: Random): Promise<Course> {
  const kills = 1 + random.below(KILLS);
  return killedRun({ shape, random, kills, keeps: options.keep });
}

function report(run: number, shape: Shape, went: Course): Course {
  for (const broken of went.broken) {
    const again = `npm run campaign -- --seed ${seed} --only ${run} --keep`;
    const kept = went.kept ? `\n  kept: ${went.kept}` : '';
    console.log(`${again}  (${shape.name}; ${went.kills.join(', ')})\n  ${broken}${kept}`);
  }
  return went;
}

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
