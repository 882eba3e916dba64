import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { everythingOf } from '../actors/git-places.ts';
import { type Place, SAY_DONE, scriptAgent, until } from '../oneshot-process.ts';
import { prepared } from '../prepared-place.ts';
import { git, repositoryPlace } from '../repository-place.ts';

/** The first attempt makes files of every kind, the second undoes and changes what the first did. */
const WORKER = `cat >/dev/null
case $ONESHOT_ATTEMPT in
0001-*)
  mkdir -p deep/er; printf 'one\\r\\n' >deep/er/crlf.txt; printf '#!/bin/sh\\n' >run.sh; chmod +x run.sh
  ln -s run.sh link; echo first >swap; echo changed >tracked.txt;;
*) rm -r deep run.sh link swap; mkdir swap; echo second >swap/inner; echo second >other.txt; git checkout -q tracked.txt;;
esac
echo did it`;

const AUDITOR = `cat >/dev/null; case $ONESHOT_ATTEMPT in
0002-*) echo '{"verdict":"retry","feedback":"more"}';;
*) ${SAY_DONE};; esac`;

describe('oneshot restore', () => {
  it('puts the files back as they were after an attempt, and parks what is there', async () => {
    const at = await ranPlace();
    at.write('mine.txt', 'written after the run');
    const git = everythingOf(join(at.path, '.git'));
    const { code, out, err } = await at.oneshot(['restore', '--attempt', '1']);
    expect([code, err]).toEqual([0, '']);
    expectFirstFiles(at.path);
    expect(at.exists('other.txt')).toBe(false);
    expect(at.exists('mine.txt')).toBe(false);
    expect(withoutRefs(everythingOf(join(at.path, '.git')))).toEqual(withoutRefs(git));
    const [, parked = ''] = /--parked (\S+)/.exec(out) ?? [];
    const back = await at.oneshot(['restore', '--parked', parked]);
    expect(back.code).toBe(0);
    expect(at.read('mine.txt')).toBe('written after the run');
    expect(at.read('swap/inner')).toBe('second\n');
    expect(at.exists('deep')).toBe(false);
  });

  it('puts the files back as the run found them, and as they were before an attempt', async () => {
    const at = await ranPlace();
    await at.oneshot(['restore', '--attempt', '0']);
    expect(at.exists('swap')).toBe(false);
    expect(at.read('tracked.txt')).toBe('tracked\n');
    await at.oneshot(['restore', '--attempt', '3', '--before']);
    expectFirstFiles(at.path);
  });

  it('writes them into a folder that is empty, and into no other', async () => {
    const at = await ranPlace();
    const before = everythingOf(at.path);
    const to = join(at.path, '.oneshot/elsewhere');
    expect((await at.oneshot(['restore', '--attempt', '1', '--to', to])).code).toBe(0);
    expectFirstFiles(to);
    const again = await at.oneshot(['restore', '--attempt', '1', '--to', to]);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is not empty')]);
    expect(withoutRefs(everythingOf(at.path))).toEqual(withoutRefs(before));
  });

  it('is refused when HEAD has moved since, but for --force', async () => {
    const at = await ranPlace();
    git(at, 'commit', '-q', '--allow-empty', '-m', 'made by a person');
    const before = everythingOf(at.path);
    const { code, err } = await at.oneshot(['restore', '--attempt', '1']);
    expect([code, err]).toEqual([1, expect.stringMatching(/HEAD was at \w+ and is now at \w+/)]);
    expect(everythingOf(at.path)).toEqual(before);
    expect((await at.oneshot(['restore', '--attempt', '1', '--force'])).code).toBe(0);
    expectFirstFiles(at.path);
  });

  it.each([
    ['an ignored file', (at: Place) => at.write('run.sh', 'ignored now'), 'run.sh'],
    ['an ignored file where a folder was', (at: Place) => at.write('deep', 'x'), 'deep'],
    [
      'a folder with an ignored file where a file was',
      (at: Place) => {
        mkdirSync(join(at.path, 'run.sh'));
        at.write('run.sh/x', 'x');
      },
      'run.sh/x',
    ],
    [
      'a link to a folder where a folder was',
      (at: Place) => {
        mkdirSync(join(at.path, '.oneshot/outside'));
        symlinkSync(join(at.path, '.oneshot/outside'), join(at.path, 'deep'));
      },
      'deep',
    ],
  ])(
    'changes nothing when it would replace what is recorded nowhere: %s',
    async (_, hinder, named) => {
      const at = await ranPlace();
      at.write('.git/info/exclude', 'deep\nrun.sh\n');
      hinder(at);
      const before = everythingOf(at.path);
      const { code, err } = await at.oneshot(['restore', '--attempt', '1']);
      expect([code, err]).toEqual([
        1,
        expect.stringContaining(`recorded nowhere (ignored, or not readable): ${named}.`),
      ]);
      expect(everythingOf(at.path)).toEqual(before);
    },
  );

  it('leaves an ignored file alone that is as it is to be', async () => {
    const at = await ranPlace();
    at.write('.git/info/exclude', 'run.sh\n');
    at.write('run.sh', '#!/bin/sh\n');
    expect((await at.oneshot(['restore', '--attempt', '1'])).code).toBe(0);
    expectFirstFiles(at.path);
  });

  it('leaves alone what was too large to be recorded, and parks large files before it removes them', async () => {
    const at = repository();
    at.write('small.json', '{"treeFileLimit":"1kB"}');
    at.write('large', '');
    truncateSync(join(at.path, 'large'), 5_000);
    await at.oneshot(['do it', '--config', 'small.json', ...scriptAgent(at, WORKER, AUDITOR)]);
    at.write('newer', '');
    truncateSync(join(at.path, 'newer'), 5_000);
    const { out } = await at.oneshot(['restore', '--attempt', '1']);
    expect(lstatSync(join(at.path, 'large')).size).toBe(5_000);
    expect(at.exists('newer')).toBe(false);
    const [, ref = ''] = /parked: (\S+)/.exec(out) ?? [];
    expect(git(at, 'cat-file', '-s', `${ref}:newer`)).toBe('5000');
  });

  it('is refused while a run works there', async () => {
    const at = await ranPlace();
    const worker =
      'cat >/dev/null; touch begun; while [ ! -e go ]; do sleep 0.02; done; echo did it';
    const [id = ''] = at.runs().map((run) => run.split('/').at(-1) ?? '');
    const run = at.start(['do more', ...scriptAgent(at, worker)]);
    await until('the worker works', () => at.exists('begun'));
    const { code, err } = await at.oneshot(['restore', id, '--attempt', '1']);
    expect([code, err]).toEqual([2, expect.stringContaining('ONESHOT_FOLDER_BUSY')]);
    at.write('go', '');
    expect((await run.ended).code).toBe(0);
  });

  it('asks for what it does not know', async () => {
    const at = await ranPlace();
    const which = await at.oneshot(['restore']);
    expect([which.code, which.err]).toEqual([
      2,
      expect.stringContaining('there are 0 (the beginning), 1, 2, 3, 4'),
    ]);
    const parked = await at.oneshot(['restore', '--parked', '../../heads/main']);
    expect([parked.code, parked.err]).toEqual([2, expect.stringContaining('Nothing is parked as')]);
    rmSync(join(at.path, '.git'), { recursive: true });
    const none = await at.oneshot(['restore', '--attempt', '1']);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('is in no git work tree')]);
  });
});

function expectFirstFiles(root: string): void {
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  expect(read('deep/er/crlf.txt')).toBe('one\r\n');
  expect(lstatSync(join(root, 'run.sh')).mode & 0o100).toBe(0o100);
  expect(readlinkSync(join(root, 'link'))).toBe('run.sh');
  expect(read('swap')).toBe('first\n');
  expect(read('tracked.txt')).toBe('changed\n');
}

/** The folders of the refs and objects that are added change their times only. */
function withoutRefs(found: Record<string, string>): Record<string, string> {
  const entries = Object.entries(found).filter(
    ([path]) => !/(^|\/)(refs\/oneshot|objects)/.test(path),
  );
  return Object.fromEntries(entries);
}

const repository = () =>
  repositoryPlace({
    files: { 'tracked.txt': 'tracked\n', '.gitattributes': '* text=auto eol=lf\n' },
  });

const ranPlace = prepared(async () => {
  const at = repository();
  const { code } = await at.oneshot(['do it', ...scriptAgent(at, WORKER, AUDITOR)]);
  expect(code).toBe(0);
  return at;
});
