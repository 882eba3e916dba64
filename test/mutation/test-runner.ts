/**
 * A test runner for Stryker: the tests of a group as one bundle, evaluated anew for each mutant in one long-lived process,
 * up to the first test that fails. Through jest a mutant took four seconds, thus it takes some milliseconds.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { InstrumenterContext, StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import type {
  DryRunResult,
  MutantRunOptions,
  MutantRunResult,
  TestResult,
  TestRunner,
} from '@stryker-mutator/api/test-runner';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { build } from 'esbuild';
import fc from 'fast-check';
import { type CollectedTest, createTestFrame } from './test-frame.ts';

/** Where a bundled test file believes to be: beside those that read fixtures by their own place. */
const PLACE = 'test/machines/bundle.js';

/** Where instrumented code and its runner meet. */
const context: InstrumenterContext = {};
Object.assign(globalThis, { __stryker__: context });

class PureTestRunner implements TestRunner {
  static readonly inject = tokens(commonTokens.options);
  readonly #tests: readonly string[];
  #script: Script | null = null;

  constructor(options: StrykerOptions) {
    // The group's tests, handed over by main.ts; Stryker knows nothing of this option.
    this.#tests = options.pureTests as readonly string[];
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    // Random input would let a mutant die today and live tomorrow.
    fc.configureGlobal({ seed: 1, verbose: 0 });
    this.#script = new Script(`(require, frame, moduleUrl) => {${await bundle(this.#tests)}\n}`);
  }

  async dryRun(): Promise<DryRunResult> {
    context.mutantCoverage = { static: {}, perTest: {} };
    const tests = await this.#run(() => true);
    const { mutantCoverage } = context;
    return { status: DryRunStatus.Complete, tests, mutantCoverage };
  }

  async mutantRun({
    activeMutant,
    testFilter,
    hitLimit,
  }: MutantRunOptions): Promise<MutantRunResult> {
    const hitCount = hitLimit === undefined ? undefined : 0;
    Object.assign(context, { activeMutant: activeMutant.id, hitLimit, hitCount });
    const chosen = testFilter && new Set(testFilter);
    const tests = await this.#run(({ name }) => chosen?.has(name) ?? true, true);
    const hung = determineHitLimitReached(context.hitCount, hitLimit);
    return toMutantRunResult(hung ?? { status: DryRunStatus.Complete, tests });
  }

  async #run(isChosen: (test: CollectedTest) => boolean, bail = false): Promise<TestResult[]> {
    const results: TestResult[] = [];
    delete context.currentTestId;
    for (const test of this.#collected().filter(isChosen)) {
      context.currentTestId = test.name;
      const result = await resultOf(test);
      results.push(result);
      if (bail && result.status === TestStatus.Failed) break;
    }
    return results;
  }

  /** A mutant may break the code already when it is loaded. */
  #collected(): CollectedTest[] {
    const { tests, globals } = createTestFrame();
    const { href } = pathToFileURL(resolve(PLACE));
    try {
      this.#script?.runInThisContext()(createRequire(href), globals, href);
      return tests;
    } catch (error) {
      return [{ name: 'loading', run: () => Promise.reject(error) }, ...tests];
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'pure', PureTestRunner)];

async function resultOf({ name, run }: CollectedTest): Promise<TestResult> {
  const start = performance.now();
  const base = { id: name, name };
  try {
    await run();
    return { ...base, status: TestStatus.Success, timeSpentMs: performance.now() - start };
  } catch (error) {
    const timeSpentMs = performance.now() - start;
    return { ...base, status: TestStatus.Failed, failureMessage: `${error}`, timeSpentMs };
  }
}

async function bundle(tests: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: tests.map((path) => `import './${path}';`).join('\n'),
      resolveDir: process.cwd(),
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    packages: 'external',
    define: { 'import.meta.url': 'moduleUrl' },
    plugins: [
      {
        name: 'frame',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^@jest\/globals$/ }, ({ path }) => ({ path, namespace: 'frame' }));
          onLoad({ filter: /./, namespace: 'frame' }, () => ({
            contents: 'module.exports = frame;',
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}
