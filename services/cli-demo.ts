import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandContext, STREAMS } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { startAndDrive } from './cli-run.ts';

const TASK = 'Write a file greeting.txt that says exactly: Hello, world!';

/**
 * `oneshot demo`: a whole run of the embedded scripted agent. The first attempt is wrong, the auditor says so, the
 * second finishes its work and then hangs, is salvaged, and is judged to be done.
 */
export async function demoCommand(options: CommandOptions): Promise<number> {
  const cwd = mkdtempSync(join(tmpdir(), 'oneshot-demo-'));
  const settings = { agent: 'scripted', inactivityTimeout: '2s', recordTrees: 'off', cwd };
  const context = await commandContext({ ...options, ...settings });
  STREAMS.err(`Demo in ${cwd}\nTask: ${TASK}\n\n`);
  const exitCode = await startAndDrive(TASK, context, options);
  STREAMS.err(
    `\nThe run lies in that folder: cd ${cwd}\nAnd now your own: oneshot --agent claude "task"\n`,
  );
  return exitCode;
}
