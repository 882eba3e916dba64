import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Source } from './architecture.ts';
import { importsOf, violationsOf } from './architecture.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['machines', 'actors', 'services', 'visualizations'];

describe('the sources', () => {
  const sources = FOLDERS.flatMap(sourcesIn);

  it('are found', () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['machines/lifecycle.ts', 'actors/agents/adapter.ts']),
    );
  });

  it('import only what their folder may, and touch the outside world only where it is theirs', () => {
    expect(violationsOf(sources)).toEqual([]);
  });

  it('have no folder that says nothing about its content', () => {
    const vague = sources.filter(({ path }) => /\/(utils|common|core|types|helpers)\//.test(path));
    expect(vague.map(({ path }) => path)).toEqual([]);
  });
});

/** Sources that break a rule, and what is said about them. */
const doctored: [path: string, text: string, said: string][] = [
  ['machines/a.ts', `import { x } from '../actors/x.ts';`, 'may not import ../actors/x.ts'],
  [
    'machines/a.ts',
    `import type { X } from '../services/x.ts';`,
    'may not import ../services/x.ts',
  ],
  ['machines/a.ts', `import fs from 'node:fs';`, 'may not import node:fs'],
  ['machines/a.ts', `import { readFile } from 'fs';`, 'may not import fs'],
  ['machines/a.ts', `import { of } from 'rxjs';`, 'may not import rxjs'],
  [
    'machines/a.ts',
    `import {\n  x,\n  y,\n} from '../actors/x.ts';`,
    'may not import ../actors/x.ts',
  ],
  ['machines/a.ts', `import '../actors/x.ts';`, 'may not import ../actors/x.ts'],
  ['machines/a.ts', `export * from '../actors/x.ts';`, 'may not import ../actors/x.ts'],
  ['machines/a.ts', `export type { X } from '../actors/x.ts';`, 'may not import ../actors/x.ts'],
  ['machines/a.ts', `const x = await import('../actors/x.ts');`, 'may not import ../actors/x.ts'],
  ['machines/a.ts', `let x: import('../actors/x.ts').X;`, 'may not import ../actors/x.ts'],
  ['machines/a.ts', `const url = 'http://x'; import('node:fs')`, 'may not import node:fs'],
  ['actors/a.ts', `import { x } from '../services/x.ts';`, 'may not import ../services/x.ts'],
  [
    'actors/agents/a.ts',
    `import x from '../../services/x.ts';`,
    'may not import ../../services/x.ts',
  ],
  ['actors/a.ts', `import { z } from 'zod';`, 'may not import zod'],
  ['services/a.ts', `import { execa } from 'execa';`, 'may not import execa'],
  [
    'services/a.ts',
    `import x from '../visualizations/x.ts';`,
    'may not import ../visualizations/x.ts',
  ],
  ['services/a.ts', `import x from 'left-pad';`, 'may not import left-pad'],
  ['services/a.ts', `import x from '../test/x.ts';`, 'may not import ../test/x.ts'],
  ['services/a.ts', `import { build } from 'esbuild';`, 'may not import esbuild'],
  ['visualizations/svg.ts', `import ELK from 'elkjs';`, 'may not import elkjs'],
  ['visualizations/svg.ts', `import fs from 'node:fs';`, 'may not import node:fs'],
  ['actors/a.ts', `const { HOME } = process.env;`, 'may not use the environment'],
  ['actors/a.ts', `const home = process['env'].HOME;`, 'may not use the environment'],
  ['actors/a.ts', `const { env } = process;`, 'may not use the environment'],
  ['services/cli.ts', `if (process.env.CI) stop();`, 'may not use the environment'],
  ['services/store.ts', `process.exit(1);`, 'may not use process.exit'],
  ['actors/a.ts', `process\n  .exit(1);`, 'may not use process.exit'],
  ['actors/a.ts', `execFileSync('git', ['status']);`, 'may not use git'],
  ['services/a.ts', `spawn("/usr/bin/git", args);`, 'may not use git'],
  ['services/cli.ts', `console.log('x');`, 'may not use the console'],
  ['machines/a.ts', `console.error(x);`, 'may not use the console'],
];

/** Sources that look like it and are fine. */
const harmless: [path: string, text: string][] = [
  ['machines/a.ts', `import { setup } from 'xstate';\nimport { x } from './x.ts';`],
  ['machines/a.ts', `// import { x } from '../actors/x.ts';\n/* process.exit(1) */`],
  ['machines/a.ts', `/**\n * import '../actors/x.ts' and process.env and console.log\n */`],
  ['actors/a.ts', `import { execa } from 'execa';\nimport { map } from 'rxjs';`],
  ['actors/agents/a.ts', `import { x } from '../../machines/x.ts';\nimport fs from 'node:fs';`],
  ['actors/agents/scripted-player.ts', `const marker = process.env.ONESHOT_ATTEMPT;`],
  ['services/config.ts', `const env = process.env;`],
  ['services/config-sources.ts', `const env = process.env;`],
  ['services/cli.ts', `process.exit(0);`],
  ['services/cli-run.ts', `process.exit(0);`],
  ['services/run.ts', `process.exitCode = 1;`],
  ['services/a.ts', `import { createInspector } from '@xstate/inspect';`],
  ['services/build.ts', `import { build } from 'esbuild';\nconsole.log('built');`],
  ['visualizations/routing.ts', `import ELK from 'elkjs/lib/elk.bundled.js';`],
  ['visualizations/generate.ts', `import { writeFileSync } from 'node:fs';`],
];

describe('the detector of wrong sources', () => {
  it.each(doctored)('finds in %s: %s', (path, text, said) => {
    expect(violationsOf([{ path, text }])).toEqual([`${path} ${said}`]);
  });

  it.each(harmless)('finds nothing in %s: %s', (path, text) => {
    expect(violationsOf([{ path, text }])).toEqual([]);
  });

  it('finds a second file that imports execa', () => {
    const text = `import { execa } from 'execa';`;
    const both = ['actors/a.ts', 'actors/b.ts'].map((path) => ({ path, text }));
    expect(violationsOf(both)).toEqual([
      'only one file may import execa: actors/a.ts, actors/b.ts',
    ]);
  });

  it('sees every import of a file', () => {
    const text = `import a from 'a';\nimport type { B } from "b";\nexport { c } from 'c';\nimport 'd';`;
    expect(importsOf(text).sort()).toEqual(['a', 'b', 'c', 'd']);
  });
});

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: relative(ROOT, file).replaceAll('\\', '/'),
      text: readFileSync(file, 'utf8'),
    }));
}
