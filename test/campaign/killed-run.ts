/** One run that is killed, resumed, and killed again, until it has come to its end. */
import { setTimeout as delay } from 'node:timers/promises';
import { BROKEN } from './broken-rules.ts';
import { type KillPlan, planKill } from './kill-plan.ts';
import { brokenRules, brokenVerdict, lostWork } from './life-rules.ts';
import { commandOf, killMarked, markedProcesses } from './marked-processes.ts';
import type { Random } from './random.ts';
import { type LookedAt, lookAt } from './record-rules.ts';
import { type Ended, type Hosting, makePlace, type RunPlace } from './run-place.ts';
import type { Shape } from './shapes.ts';

/** How a run went. */
export interface Course {
  /** How each kill came to be, `instant` or a failpoint; with `+agents` when all that it had started was killed too. */
  readonly kills: readonly string[];
  readonly resumes: number;
  /** Broken rules, in sentences. */
  readonly broken: readonly string[];
  /** The folder, where it was kept. */
  readonly kept: string | null;
}

export interface RunOptions {
  readonly shape: Shape;
  /** At most so many. */
  readonly kills: number;
  readonly random: Random;
  /** Whether the folder of a run that breaks a rule is kept. */
  readonly keeps: boolean;
  /** Another oneshot than the one that was built. */
  readonly program?: string;
}

/** Starts of oneshot after which a run should have ended long ago. */
const STARTS = 60;

/** Milliseconds that one process of oneshot may take. */
const PATIENCE_MS = 60_000;

export async function killedRun(options: RunOptions): Promise<Course> {
  const { shape, random, keeps, program } = options;
  const inGit = random.below(3) === 0;
  const place = makePlace({ shape: shape.name, inGit, inactivityMs: shape.inactivityMs, program });
  const story: Story = { kills: [], broken: [], starts: 0, known: null, last: null };
  while (goesOn(story)) await startOnce(place, options, story);
  const broken = [
    ...story.broken,
    ...brokenLife(place, shape, story.known),
    ...leftOver(place),
    ...(await brokenTelling(place)),
  ];
  const kept = keeps && broken.length > 0 ? place.path : null;
  if (kept) killMarked(place.mark);
  else place.clear();
  return { kills: story.kills, resumes: story.starts - 1, broken: [...new Set(broken)], kept };
}

/** What has happened to a run so far. */
interface Story {
  readonly kills: string[];
  readonly broken: string[];
  starts: number;
  known: LookedAt | null;
  /** How the last process ended. */
  last: Ended | null;
}

/** A run that is over is resumed once more when its process was killed: it may have been at its last words. */
function goesOn({ broken, known, last }: Story): boolean {
  return broken.length === 0 && !(known?.isOver && last?.signal === null);
}

async function startOnce(
  place: RunPlace,
  { shape, kills, random }: RunOptions,
  story: Story,
): Promise<void> {
  const plan = story.kills.length < kills ? planKill(random) : null;
  const args = story.known
    ? ['resume']
    : ['Do it.', ...(shape.check ? ['--check', shape.check] : [])];
  const ended = await hosted(place, args, plan);
  story.starts += 1;
  story.last = ended;
  if (ended.signal === 'SIGKILL' && plan) story.kills.push(nameOf(plan));
  else story.broken.push(...brokenEnd(ended));
  story.known = look(place, story);
  if (story.starts === STARTS) story.broken.push(BROKEN.noEnd(`${STARTS}`));
}

function look(place: RunPlace, { known, broken }: Story): LookedAt | null {
  const folder = place.run();
  if (!folder) {
    if (known) broken.push(BROKEN.runGone());
    return known;
  }
  const seen = lookAt(folder, known);
  broken.push(...seen.broken);
  return seen.journal === '' ? null : seen;
}

/** Runs oneshot to its end, or to that which is planned. */
async function hosted(
  place: RunPlace,
  args: readonly string[],
  plan: KillPlan | null,
): Promise<Ended> {
  const hosting = place.start(args, plan?.failpoint);
  const over = new AbortController();
  const killer = killAfter(place, hosting, plan, over.signal);
  const ended = await hosting.ended;
  over.abort();
  await killer;
  if (ended.signal === 'SIGKILL' && plan?.withAgents) killMarked(place.mark);
  return ended;
}

async function killAfter(
  place: RunPlace,
  { child }: Hosting,
  plan: KillPlan | null,
  signal: AbortSignal,
): Promise<void> {
  try {
    await delay(plan?.afterMs ?? PATIENCE_MS, null, { signal });
  } catch {
    // It has ended before.
    return;
  }
  if (plan?.afterMs !== null && plan?.withAgents) killMarked(place.mark);
  else child.kill('SIGKILL');
}

function nameOf({ failpoint, withAgents }: KillPlan): string {
  return `${failpoint ?? 'instant'}${withAgents ? '+agents' : ''}`;
}

/** What the agents noted, and how the run ended for it. */
function brokenLife(place: RunPlace, shape: Shape, known: LookedAt | null): string[] {
  const life = place.life();
  const end = known ? `${known.state} ${known.verdict}` : 'nothing';
  return [
    ...brokenRules(life, { hasChecks: shape.check !== undefined }),
    ...brokenVerdict(life, known?.state ?? ''),
    ...lostWork(life, place.worked()),
    ...(end === shape.end ? [] : [BROKEN.otherEnd(end, shape.end)]),
  ];
}

/** A process that was not killed says how the run ended. */
function brokenEnd({ code, signal, err }: Ended): string[] {
  if (code === 0 || code === 3) return [];
  return [BROKEN.exit(`${code ?? signal}`, err.trim().slice(-400))];
}

function leftOver(place: RunPlace): string[] {
  return markedProcesses(place.mark).map((pid) => BROKEN.left(`${pid}`, commandOf(pid)));
}

/** The commands that read a run, as a user has them. */
async function brokenTelling(place: RunPlace): Promise<string[]> {
  const commands = [
    ['show', '--json'],
    ['replay', '--verify'],
  ] as const;
  const told = await Promise.all(commands.map((args) => place.start(args).ended));
  return told.flatMap(({ code, err }, index) =>
    code === 0 ? [] : [BROKEN.command(commands[index]?.join(' ') ?? '', `${code}`, err.trim())],
  );
}
