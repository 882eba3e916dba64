import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AGENT_NAMES } from '../../actors/agents/registry.ts';
import { isAlive, type Place, place, SAY_DONE, until } from '../oneshot-process.ts';

/** A PATH with node and the system's own programs, and these scripts before them. */
function pathWith(at: Place, programs: Record<string, string>): Record<string, string> {
  mkdirSync(join(at.path, 'bin'));
  for (const [name, script] of Object.entries(programs)) at.write(`bin/${name}`, script);
  return { PATH: `${join(at.path, 'bin')}:/usr/bin:/bin` };
}

const says = (text: string) => `#!/bin/sh\necho '${text}'\n`;

interface Listed {
  name: string;
  installed: boolean;
  path: string | null;
  version: string | null;
  problem: string | null;
}

async function listed(at: Place, env: Record<string, string>): Promise<Map<string, Listed>> {
  const { code, out } = await at.oneshot(['agents', '--json'], { env });
  expect(code).toBe(0);
  const agents: Listed[] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return new Map(agents.map((agent) => [agent.name, agent]));
}

describe('oneshot agents', () => {
  it('lists all agents: installed or not, where, and in which version', async () => {
    const at = place();
    const env = pathWith(at, {
      claude: says('2.1.330 (Claude Code)'),
      pi: says('0.73.1'),
      aider: says('aider 0.86.2'),
    });
    const agents = await listed(at, { ...env, IS_SANDBOX: '1' });
    expect([...agents.keys()]).toEqual(AGENT_NAMES);
    const versions = ['claude', 'pi', 'aider'].map((name) => agents.get(name)?.version);
    expect(versions).toEqual(['2.1.330', '0.73.1', '0.86.2']);
    expect(agents.get('pi')).toMatchObject({ installed: true, path: join(at.path, 'bin/pi') });
    expect(agents.get('cline')).toMatchObject({ installed: false, path: null, version: null });
    expect(agents.get('scripted')).toMatchObject({ installed: true, path: null });
  });

  it('says what is wrong with one that does not start, or is not executable', async () => {
    const at = place();
    const env = pathWith(at, { pi: '#!/bin/sh\necho no such module >&2; exit 7\n', cline: '#!' });
    chmodSync(join(at.path, 'bin/cline'), 0o600);
    const agents = await listed(at, env);
    expect(agents.get('pi')).toMatchObject({
      installed: true,
      problem: '--version ended with 7: no such module',
    });
    expect(agents.get('cline')).toMatchObject({
      installed: false,
      problem: '"cline" is not executable',
    });
  });

  it('leaves nothing of what an agent starts on being asked its version', async () => {
    const at = place();
    const script = '#!/bin/sh\nsetsid sleep 120 & echo $! >left.pid\necho 1.2.3\n';
    expect((await listed(at, pathWith(at, { pi: script }))).get('pi')?.version).toBe('1.2.3');
    expect(isAlive(Number(at.read('left.pid')))).toBe(false);
  });

  it('has a table for a person', async () => {
    const at = place();
    const { out } = await at.oneshot(['agents'], { env: pathWith(at, { pi: says('0.73.1') }) });
    expect(out).toMatch(/^AGENT +VERSION +PROMPT +CAN +WHERE/);
    expect(out).toMatch(/^pi +0\.73\.1 +stdin +resume usage cost +\/.*\/bin\/pi$/m);
    expect(out).toMatch(/^cline +not installed +argument +.* npm install -g cline$/m);
  });

  it('refuses what it does not know', async () => {
    const at = place();
    for (const words of [['verify'], ['look', 'pi'], ['verify', 'nobody'], ['verify', 'pi', 'x']])
      expect((await at.oneshot(['agents', ...words])).code).toBe(2);
  });
});

describe('oneshot agents verify', () => {
  const rowsOf = (out: string): { what: string; tier: string; outcome: string }[] =>
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  const verify = (at: Place, script: string) =>
    at.oneshot(
      ['agents', 'verify', 'command', '--json', '--agent-command', at.write('agent.sh', script)],
      { env: { TMPDIR: at.path } },
    );

  it('passes an agent that keeps the contract, and leaves neither a process nor a file', async () => {
    const at = place();
    mkdirSync(join(at.path, 'bin'));
    const env = {
      PATH: `${resolve('test/fixtures/agents/pi')}:${process.env.PATH}`,
      RECORDING: 'success.ndjson',
      TMPDIR: at.path,
    };
    const { code, out } = await at.oneshot(['agents', 'verify', 'pi', '--json'], { env });
    expect(code).toBe(0);
    const passed = rowsOf(out).filter(({ outcome }) => outcome === 'passed');
    expect(passed.map(({ what }) => what)).toEqual([
      'version',
      'answers',
      'streams',
      'leaves nothing',
      'exits by itself',
      'session',
      'usage',
      'cost',
      'resume',
      'stops',
    ]);
    // The recorded answer has a verdict of its own kind.
    expect(rowsOf(out)).toContainEqual(
      expect.objectContaining({ what: 'verdict', tier: 'capability', outcome: 'failed' }),
    );
  });

  it('keeps nothing of an agent that passes in all', async () => {
    const at = place();
    const answer = `#!/bin/sh\ncat >/dev/null; echo '{"verdict":"done","feedback":"well"}'\n`;
    const { code, err } = await verify(at, answer);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(readdirSync(at.path).filter((name) => /oneshot/.test(name))).toEqual([]);
  });

  it('tries out a command line as it is written in this folder', async () => {
    const at = place();
    at.write('agent.sh', `#!/bin/sh\n${SAY_DONE}\n`);
    const flags = ['--json', '--agent-command', './agent.sh'];
    expect((await at.oneshot(['agents', 'verify', 'command', ...flags])).code).toBe(0);
  });

  it('does not call an agent stoppable that was never there to be stopped', async () => {
    const at = place();
    const { code, out } = await verify(at, '#!/no/such/interpreter\n');
    expect(code).toBe(1);
    expect(rowsOf(out)).toContainEqual(
      expect.objectContaining({ what: 'stops', tier: 'mandatory', outcome: 'notTested' }),
    );
  });

  it.each([
    ['exits with 3', 'cat >/dev/null; exit 3'],
    ['says nothing', 'cat >/dev/null'],
  ])('fails an agent that %s, and says where to look', async (_, script) => {
    const at = place();
    const { code, out, err } = await verify(at, `#!/bin/sh\n${script}\n`);
    expect(code).toBe(1);
    expect(rowsOf(out)).toContainEqual(
      expect.objectContaining({ what: 'answers', tier: 'mandatory', outcome: 'failed' }),
    );
    const folder = /ended: (\S+)/.exec(err)?.[1] ?? '';
    expect(at.exists(folder.replace(`${at.path}/`, ''))).toBe(true);
  });

  it('ends all that an agent has started when it is interrupted', async () => {
    const at = place();
    const script = `#!/bin/sh\nsetsid sleep 120 & echo $$ $! >${at.path}/pids; sleep 120\n`;
    const command = at.write('agent.sh', script);
    const started = at.start(['agents', 'verify', 'command', '--agent-command', command], {
      env: { TMPDIR: at.path },
    });
    await until('the agent runs', () => at.exists('pids') && at.read('pids').endsWith('\n'));
    process.kill(started.pid, 'SIGINT');
    const { code, out } = await started.ended;
    expect(code).toBe(130);
    expect(out).toMatch(/^not tested +mandatory +stops/m);
    expect(at.read('pids').split(' ').map(Number).filter(isAlive)).toEqual([]);
  });

  it('says what is missing before it starts anything', async () => {
    const at = place();
    const { code, err } = await at.oneshot(['agents', 'verify', 'cline'], {
      env: pathWith(at, {}),
    });
    expect(code).toBe(2);
    expect(err).toContain('npm install -g cline');
  });
});
