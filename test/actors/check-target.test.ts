import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emptyScript, missingTarget } from '../../actors/check-target.ts';

let cwd = '';

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'oneshot-target-'));
  const scripts = {
    test: 'echo "Error: no test specified" && exit 1',
    lint: 'biome check',
    blank: ' ',
    words: 'echo no tests specified here | tee log',
  };
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ scripts }));
  mkdirSync(join(cwd, 'deep'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

describe('A check by npm', () => {
  it.each([
    ['npm test', 'tests nothing'],
    ['npm t -- --ci', 'tests nothing'],
    ['CI=1 npm --silent run none', 'no script "none"'],
    ['npm run none --if-present', 'no script "none"'],
    ['npm run lint && npm run none', 'no script "none"'],
    ['npm run none -- "a b"', 'no script "none"'],
    ['npm run-script blank', 'is empty'],
    ['npm run constructor', 'no script "constructor"'],
  ])('that has nothing behind it is known: %s', (command, why) => {
    expect(emptyScript(command, cwd)).toContain(why);
    expect(emptyScript(command, join(cwd, 'deep'))).toContain(why);
  });

  it.each([
    'npm run lint',
    'npm run words',
    'npm run lint -- none',
    'npm run none || true',
    'cd deep && npm run none',
    'npm -w other run none',
    'npm run none --prefix other',
    'echo "; npm run none ;"',
    'npm run $NAME',
    'npm run',
    'npm ci',
    'pnpm run none',
    'make',
  ])('or otherwise that may well test something is let be: %s', (command) => {
    expect(emptyScript(command, cwd)).toBeNull();
  });

  it('needs a package.json, which npm itself must be able to read', () => {
    rmSync(join(cwd, 'package.json'));
    expect(emptyScript('npm test', cwd)).toMatch(/no package\.json|no script/);
    writeFileSync(join(cwd, 'package.json'), '{');
    expect(emptyScript('npm test', cwd)).toBeNull();
  });
});

describe('A program of a check', () => {
  it.each([
    ['no-such-program --now', 'The program "no-such-program" is not there.'],
    ['A=1 ./check.sh', 'The program "./check.sh" is not executable.'],
    ['no-such-program && true', 'The program "no-such-program" is not there.'],
    ['sh check.sh', null],
    ['test -e x || exit 1', null],
    ['"no-such program"', null],
    ['$PROGRAM', null],
    ['! no-such-program', null],
    ['npm run lint', null],
  ])('that is not there is known: %s', (command, why) => {
    writeFileSync(join(cwd, 'check.sh'), '#!/bin/sh\n');
    const environment = process.env;
    const place = { cwd, home: cwd, isRoot: false, environment };
    expect(missingTarget(command, place)).toBe(why);
  });
});
