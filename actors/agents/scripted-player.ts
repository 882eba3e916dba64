/**
 * The scripted agent as a process: `node scripted-player.js PROMPT_FILE SESSION_ID [SCENARIO_FILE]`, in the work tree.
 * The prompt file tells by its folder which attempt of which role this is.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEMO, type Scenario, type Step } from './scripted-scenario.ts';

const [promptFile = '', sessionId = '', scenarioFile] = process.argv.slice(2);

/** Looking for a file that is to appear. */
const UNTIL_POLL_MS = 20;

/** Nothing else keeps a hanging agent alive. */
const FOREVER_MS = 2 ** 31 - 1;

await main();

async function main(): Promise<void> {
  print({ type: 'session', sessionId });
  for (const step of partOf(readScenario())) await play(step);
}

function readScenario(): Scenario {
  return scenarioFile === undefined ? DEMO : JSON.parse(readFileSync(scenarioFile, 'utf8'));
}

/** The part for this attempt: the first for the role's first attempt, and so on; the last for all further ones. */
function partOf(scenario: Scenario): readonly Step[] {
  const folder = dirname(promptFile);
  const name = basename(folder);
  const role = name.endsWith('-auditor') ? 'auditor' : 'worker';
  const attempts = readdirSync(dirname(folder)).filter(
    (other) => other.endsWith(`-${role}`) && other <= name,
  );
  const parts = scenario[role] ?? [];
  return parts[Math.min(attempts.length, parts.length) - 1] ?? [];
}

async function play(step: Step): Promise<void> {
  if ('say' in step) return print({ type: 'text', text: step.say });
  if ('think' in step) return print({ type: 'thinking', text: step.think });
  if ('tool' in step) return playTool(step);
  if ('usage' in step) return print({ type: 'usage', ...step.usage });
  if ('write' in step) return writeFileSync(step.write, step.text);
  if ('result' in step) return print({ type: 'result', text: step.result, ...step });
  if ('verdict' in step)
    return print({ type: 'result', text: JSON.stringify(step), structured: step });
  return playOutput(step);
}

async function playOutput(
  step: Exclude<Step, { say: string } | { verdict: string }>,
): Promise<void> {
  if ('print' in step) return put(step.print);
  if ('repeat' in step) return repeat(step.repeat, step.times);
  if ('pause' in step) return delay(step.pause);
  if ('hang' in step) return delay(FOREVER_MS);
  if ('until' in step) return waitFor(step.until);
  return playProcess(step);
}

function playProcess(step: Step): Promise<void> | void {
  if ('exit' in step) process.exit(step.exit);
  if ('ignore' in step) process.on(step.ignore, () => undefined);
  if ('leave' in step) leaveChild(step.leave, step.ownSession === true);
  if ('die' in step) {
    process.kill(process.pid, step.die);
    return delay(FOREVER_MS);
  }
}

function playTool(step: Extract<Step, { tool: string }>): void {
  print({ type: 'toolCall', name: step.tool, input: step.input });
  if (step.output !== undefined)
    print({ type: 'toolResult', ok: step.ok ?? true, text: step.output });
}

function leaveChild(seconds: number, ownSession: boolean): void {
  spawn('sleep', [`${seconds}`], { detached: ownSession, stdio: 'inherit' }).unref();
}

async function waitFor(file: string): Promise<void> {
  while (!existsSync(file)) await delay(UNTIL_POLL_MS);
}

function repeat(line: string, times: number): void {
  const block = `${line}\n`.repeat(Math.min(times, 1_000));
  for (let left = times; left > 0; left -= 1_000) put(block.slice(0, (line.length + 1) * left));
}

function print(record: Record<string, unknown>): void {
  put(`${JSON.stringify(record)}\n`);
}

function put(text: string): void {
  writeSync(1, text);
}
