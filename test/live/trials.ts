/** What each command line is put through. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentAdapter } from '../../actors/agents/adapter.ts';
import { findAgent } from '../../actors/agents/registry.ts';
import type { EndClass } from '../../machines/contracts.ts';
import type { RunReport } from '../../services/run-report.ts';
import type { VerificationRow } from '../../services/verification.ts';
import type { Cli } from './clis.ts';
import { leftovers, livingPids } from './leftovers.ts';
import type { Refusal } from './model/protocol.ts';
import { attemptFolders, readJson, type Seat, type StartedOneshot, takeSeat } from './seat.ts';
import { MENDED, TASK, WORKER_HEADER } from './task.ts';

/** What was found: a word for the table, and what is not as it should be. */
export interface Finding {
  readonly cells: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
}

/** A run of two rounds with the agent in both roles. */
export async function tryRun(cli: Cli): Promise<Finding> {
  return seated(cli, 'run', {}, async (seat) => {
    const { code, output } = await seat.start(runArguments(cli)).ended;
    const report = await seat.report();
    const { usage, session } = factsOf(seat, report);
    const faults = [
      fault(
        code === 0 && report.state === 'completed',
        `it ended ${report.state} (${code}): ${report.message ?? last(output)}`,
      ),
      fault(report.iteration === 2, `it took ${report.iteration} iterations`),
      fault(contentOf(seat) === MENDED, `hello.txt has ${JSON.stringify(contentOf(seat))}`),
      fault(
        report.attempts.every(({ end }) => end?.class === 'clean'),
        classesOf(report),
      ),
      fault(report.verdict === 'done', `the verdict is ${report.verdict}`),
      ...usage.faults,
      ...session.faults,
      ...promptOf(seat).faults,
    ];
    const verdicts = report.attempts.length === 4 ? 'retry, done' : classesOf(report);
    return {
      cells: {
        run: report.state,
        verdict: verdicts,
        prompt: promptOf(seat).cell,
        usage: usage.cell,
        session: session.cell,
      },
      faults: known(faults),
    };
  });
}

/** All rows of `oneshot agents verify` are passed. */
export async function tryVerify(cli: Cli): Promise<Finding> {
  return seated(cli, 'verify', {}, async (seat) => {
    const command = ['agents', 'verify', cli.name, '--model', cli.model, '--json'];
    const { code, output } = await seat.start(command).ended;
    const rows = output.split('\n').flatMap((line) => rowOf(line) ?? []);
    const passed = rows.filter(({ outcome }) => outcome === 'passed');
    const expected = ({ what, outcome }: VerificationRow) =>
      outcome === 'passed' || (what === 'cost' && !cli.isPriced);
    const faults = [
      fault(code === 0, `it exited with ${code}: ${last(output)}`),
      ...rows
        .filter((row) => !expected(row))
        .map(({ what, outcome, detail }) => `${what} ${outcome}: ${detail}`),
    ];
    return { cells: { verify: `${passed.length} of ${rows.length}` }, faults: known(faults) };
  });
}

function rowOf(line: string): VerificationRow | null {
  return line.startsWith('{"what"') ? JSON.parse(line) : null;
}

/** A key that is refused ends the run at once, as that. */
export async function tryRefusal(cli: Cli): Promise<Finding> {
  return tryRefused(cli, '401', 'key', 'unauthorized');
}

/** So does a task that is too long for the model, since a second try would be the same. */
export async function tryTooLong(cli: Cli): Promise<Finding> {
  return tryRefused(cli, 'too long', 'length', 'contextTooLong');
}

function tryRefused(
  cli: Cli,
  column: string,
  refusal: Refusal,
  expected: EndClass,
): Promise<Finding> {
  return seated(cli, `refused ${refusal}`, { refusal }, async (seat) => {
    const { code } = await seat.start(runArguments(cli)).ended;
    const report = await seat.report();
    const endClass = report.attempts.at(-1)?.end?.class ?? 'none';
    const faults = [
      fault(code !== 0 && report.state === 'failed', `it ended ${report.state} (${code})`),
      fault(endClass === expected, `it ended as ${endClass}: ${report.message}`),
      fault(report.attempts.length === 1, `it took ${report.attempts.length} attempts`),
    ];
    return { cells: { [column]: endClass }, faults: known(faults) };
  });
}

/** A kill of oneshot and of its agent in the middle of an answer. */
export async function tryKill(cli: Cli): Promise<Finding> {
  return tryCut(cli, 'resume', async (seat, { pid }) => {
    process.kill(pid, 'SIGKILL');
    process.kill(agentPidOf(seat), 'SIGKILL');
  });
}

/** An interruption in the middle of an answer. */
export async function tryStop(cli: Cli): Promise<Finding> {
  return tryCut(cli, 'stop', async (_seat, { pid }) => {
    process.kill(pid, 'SIGTERM');
  });
}

/** What a cut in the middle of an answer leaves is resumed, and half an answer is not taken for the whole. */
async function tryCut(
  cli: Cli,
  column: string,
  cut: (seat: Seat, started: StartedOneshot) => Promise<void>,
): Promise<Finding> {
  return seated(cli, column, { stalls: true }, async (seat) => {
    const started = seat.start(runArguments(cli));
    const early = await Promise.race([seat.script.stalled, started.ended]);
    if (early)
      return { cells: { [column]: 'no cut' }, faults: [`it never stalled: ${last(early.output)}`] };
    await cut(seat, started);
    await started.ended;
    const { code, output } = await seat.start(['resume']).ended;
    const report = await seat.report();
    const cutShort = report.attempts[0]?.end;
    const isSame = goesOn(seat);
    const faults = [
      fault(
        code === 0 && report.state === 'completed',
        `it ended ${report.state} (${code}): ${report.message ?? last(output)}`,
      ),
      fault(contentOf(seat) === MENDED, `hello.txt has ${JSON.stringify(contentOf(seat))}`),
      fault(cutShort?.class !== 'clean', 'half an answer was taken for a whole one'),
      fault(
        isSame === adapterOf(cli).abilities.resume,
        `the session ${isSame ? 'went on' : 'did not go on'}`,
      ),
      ...promptOf(seat).faults,
    ];
    const cell = `${report.state}, ${isSame ? 'same' : 'new'} session`;
    return { cells: { [column]: cell }, faults: known(faults) };
  });
}

async function seated(
  cli: Cli,
  name: string,
  options: Parameters<typeof takeSeat>[2],
  work: (seat: Seat) => Promise<Finding>,
): Promise<Finding> {
  const before = livingPids();
  const seat = await takeSeat(cli, name, options);
  try {
    const { cells, faults } = await work(seat);
    const left = leftovers(cli.name, before).map((line) => `${name}: left ${line}`);
    return { cells, faults: [...faults.map((each) => `${name}: ${each}`), ...left] };
  } finally {
    seat.model.close();
  }
}

function runArguments({ name, model }: Cli): string[] {
  const models = ['--worker-model', model, '--auditor-model', model];
  const header = ['--worker-prompt-header', WORKER_HEADER];
  return ['run', '--agent', name, ...models, ...header, '--task', TASK];
}

/** How the prompt came to the model. */
function promptOf({ cli, script }: Seat) {
  const { isWhole, hasFiles } = script.prompt;
  const isEscaped = (adapterOf(cli).literalPrompt?.('@') ?? '@') !== '@';
  const form = isEscaped ? 'escaped' : 'as it is';
  return {
    cell: isWhole ? `${form}${hasFiles ? ', files added' : ''}` : 'changed',
    faults: [
      fault(isWhole, 'the prompt came changed'),
      fault(!hasFiles || cli.addsFiles === true, 'a file was read into the prompt'),
    ],
  };
}

/** Usage as the model told it, and the sessions with their records. */
function factsOf(seat: Seat, { usage, attempts }: RunReport) {
  const { abilities, transcript } = adapterOf(seat.cli);
  const sessions = attempts.map(({ sessionId }) => sessionId);
  const place = {
    cwd: seat.workTree,
    home: seat.home,
    isRoot: false,
    environment: seat.environment,
  };
  const found = sessions.filter((id) => id !== null && transcript?.find(place, id)).length;
  const { input, output } = seat.script.told;
  const isRight = usage.inputTokens === input && usage.outputTokens === output;
  const cost = usage.costUsd === null ? '' : ` $${usage.costUsd.toFixed(4)}`;
  return {
    usage: {
      cell: `${usage.inputTokens ?? '?'}/${usage.outputTokens ?? '?'}${cost}`,
      faults: [
        fault(
          !abilities.usage || isRight,
          `usage ${usage.inputTokens}/${usage.outputTokens}, the model told ${input}/${output}`,
        ),
        fault(!seat.cli.isPriced || usage.costUsd !== null, 'the cost is unknown'),
      ],
    },
    session: {
      cell: `${new Set(sessions).size} of ${sessions.length}, ${found} found`,
      faults: [
        fault(
          sessions.every((id) => id !== null),
          `sessions ${sessions.join(', ')}`,
        ),
        fault(
          found === sessions.length,
          `${found} of ${sessions.length} sessions were found in its home`,
        ),
      ],
    },
  };
}

/** Whether the attempt after the killed one went on with its session. */
function goesOn(seat: Seat): boolean {
  const [first = '', second = ''] = attemptFolders(seat).filter((path) => path.endsWith('-worker'));
  const { sessionId } = readJson<{ sessionId: string | null }>(join(second, 'command.json'));
  const stdout = readFileSync(join(first, 'stdout'), 'utf8');
  return sessionId !== null && stdout.includes(sessionId);
}

function agentPidOf(seat: Seat): number {
  const folder = attemptFolders(seat).at(-1) ?? '';
  return Number.parseInt(readFileSync(join(folder, 'pid'), 'utf8'), 10);
}

function adapterOf({ name }: Cli): AgentAdapter {
  const adapter = findAgent(name);
  if (!adapter) throw new Error(`There is no agent "${name}".`);
  return adapter;
}

function contentOf({ workTree }: Seat): string | null {
  const path = join(workTree, 'hello.txt');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function classesOf({ attempts }: RunReport): string {
  return attempts.map(({ role, end }) => `${role} ${end?.class ?? '?'}`).join(', ');
}

const fault = (isRight: boolean, what: string): string | null => (isRight ? null : what);

const known = (faults: readonly (string | null)[]): string[] =>
  faults.filter((each) => each !== null);

const last = (text: string): string => text.trim().split('\n').at(-1) ?? '';
