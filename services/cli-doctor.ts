import { styleText } from 'node:util';
import { commandContext, STREAMS, usesColor } from './cli-context.ts';
import type { CommandOptions } from './cli-program.ts';
import { examine, type Finding } from './doctor.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { launchPlace } from './launch-place.ts';
import { safeLine } from './safe-text.ts';
import { realWorkTree } from './work-tree.ts';

/** `oneshot doctor`: exits with 0 when nothing is a problem, else with 1. With `--json` one finding a line. */
export async function doctorCommand(options: CommandOptions): Promise<number> {
  const { cwd, config } = await commandContext(options);
  const findings = await examine({ config, place: launchPlace(realWorkTree(cwd)) });
  const color = usesColor(options, process.stdout);
  for (const finding of findings)
    STREAMS.out(`${options.json ? JSON.stringify(finding) : shown(finding, color)}\n`);
  const hasProblem = findings.some(({ status }) => status === 'problem');
  return hasProblem ? EXIT_CODES.failed.code : 0;
}

const STYLES = { ok: 'green', warning: 'yellow', problem: 'red' } as const;

function shown({ check, status, message, advice }: Finding, color: boolean): string {
  const mark = status.padEnd(7);
  const head = `${color ? styleText(STYLES[status], mark) : mark}  ${check.padEnd(11)}`;
  const next = advice === null ? '' : `\n${' '.repeat(22)}${safeLine(advice)}`;
  return `${head}  ${safeLine(message)}${next}`;
}
