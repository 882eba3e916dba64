import { resolve } from 'node:path';
import type { BridgeOptions } from '../../../actors/agents/acp/options.ts';
import { readOwnRecord } from '../../../actors/agents/own-records.ts';
import { parseRecord } from '../../../actors/stream-reader.ts';
import type { Activity } from '../../../machines/activity.ts';
import { type Place, place } from '../../oneshot-process.ts';

const BRIDGE = resolve('dist/acp-bridge.js');
const FIXTURE = resolve('test/fixtures/agents/acp/agent.mjs');
/** The command line of an agent of the fixture, with these abilities. */
export const agent = (...abilities: string[]) => [process.execPath, FIXTURE, ...abilities];

/** Gives one prompt to an agent through the bridge, as a process. */
export function bridge(at: Place, prompt: string, given: Partial<BridgeOptions> = {}) {
  const options: BridgeOptions = {
    command: agent(),
    cwd: at.path,
    permissions: 'allow',
    questions: null,
    model: null,
    resume: null,
    ...given,
  };
  const started = at.startProgram(process.execPath, [BRIDGE, JSON.stringify(options)], {
    input: prompt,
  });
  const ended = started.ended.then(({ code, out, err }) => {
    const said = out.split('\n').flatMap((line) => readOwnRecord(parseRecord(line) ?? {}));
    return { code, said, err };
  });
  return { pid: started.pid, ended };
}

/** One turn, and what came of it. */
export async function talk(prompt: string, given: Partial<BridgeOptions> = {}, at = place()) {
  const { code, said, err } = await bridge(at, prompt, given).ended;
  const result = said.find((activity) => activity.kind === 'result');
  const of = (kind: Activity['kind']) => said.filter((activity) => activity.kind === kind);
  return { code, err, said, of, result };
}
