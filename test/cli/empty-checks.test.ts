import { describe, expect, it } from '@jest/globals';
import { place, scriptAgent } from '../oneshot-process.ts';

const WORKER = 'cat >told-$ONESHOT_ATTEMPT; echo worked';

describe('A check that tests nothing', () => {
  it.each([' ', '# npm test', '\n # one\n'])(
    'since it is %j is refused before anything starts',
    async (command) => {
      const at = place();
      const flag = await at.oneshot(['do it', '--check', command, ...scriptAgent(at, WORKER)]);
      at.write('file.json', JSON.stringify({ checks: [{ name: 'tests', command }] }));
      const file = await at.oneshot(['do it', '--config', 'file.json', ...scriptAgent(at, WORKER)]);
      expect([flag.code, file.code]).toEqual([2, 2]);
      expect(flag.err).toContain('`--check` must be a command line that runs something');
      expect(file.err).toContain('`checks[0].command` must be a command line that runs something');
      expect(at.runs()).toEqual([]);
    },
  );

  it.each([
    ['npm run none --if-present', 'has no script "none"', 'has no script "none"'],
    ['npm test', 'tests nothing', 'tests nothing'],
    ['no-such-program', 'is not there', 'exit code 127 (a program was not found)'],
    ['./check', 'is not executable', 'exit code 126 (a program is not executable)'],
  ])(
    'since it is %s is named at the beginning, and never passes',
    async (command, warning, feedback) => {
      const at = place();
      // Without `exit 1`, as some have it.
      at.write('package.json', '{"scripts":{"test":"echo no test specified"}}');
      at.write('check', 'true\n');
      const args = ['--check', command, '--max-iterations', '2', '--stall-after', '0'];
      const { code, err } = await at.oneshot(['do it', ...args, ...scriptAgent(at, WORKER)]);
      expect(code).toBe(4);
      expect(err).toMatch(
        new RegExp(`The check "${command}" fails as long as this is so: .*${warning}`),
      );
      expect(at.read('told-0002-worker')).toContain(feedback);
      expect((await at.show()).attempts.map(({ role }) => role)).toEqual(['worker', 'worker']);
    },
  );

  it('passes once the worker has made what it runs', async () => {
    const at = place();
    at.write('package.json', '{}');
    const worker = `cat >/dev/null; echo '{"scripts":{"made":"true"}}' >package.json; echo worked`;
    const { code, err } = await at.oneshot([
      'do it',
      '--check',
      'npm run made',
      ...scriptAgent(at, worker),
    ]);
    expect(code).toBe(0);
    expect(err).toContain('has no script "made"');
    expect(await at.show()).toMatchObject({ verified: true });
  });
});
