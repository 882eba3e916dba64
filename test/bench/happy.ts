/** A run in which all goes well, beside what its two agents take by themselves. */
import { join } from 'node:path';
import { HAPPY, workFolder } from './places.ts';
import { type Bench, type Row, ratioAtMost } from './row.ts';
import { exitOf, pairs, runNode, wallMs } from './sample.ts';

export async function measure({ root, repeat }: Bench): Promise<readonly Row[]> {
  const cwd = workFolder(join(root, 'happy'));
  const env = { ...process.env, ONESHOT_ATTEMPT: '0001-worker' };
  const agent = () => wallMs(() => exitOf('./agent.sh', [], { cwd, env }));
  const node = () => wallMs(() => exitOf(process.execPath, ['-e', '0'], { cwd }));
  const lessAgents = async () => {
    const agents = (await agent()) + (await agent());
    return (await wallMs(() => exitOf(process.execPath, HAPPY, { cwd }))) - agents;
  };
  const whole = await pairs(3 * repeat, lessAgents, node);
  const scratch = join(root, 'usage');
  const own = async (args: readonly string[]) => (await runNode(args, { cwd, scratch })).cpuMs;
  const cpu = await pairs(
    3 * repeat,
    () => own(HAPPY),
    () => own(['-e', '0']),
  );
  return [
    {
      name: 'happy run, less its agents',
      unit: 'ms',
      values: whole.values,
      against: { name: 'node -e 0', values: whole.references },
      limit: ratioAtMost(2.2),
    },
    {
      name: 'happy run, its own CPU',
      unit: 'ms',
      values: cpu.values,
      against: { name: 'node -e 0', values: cpu.references },
      limit: null,
    },
  ];
}
