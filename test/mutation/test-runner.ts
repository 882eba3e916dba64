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
  TimeoutDryRunResult,
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

/** A test hangs when it runs that much longer than without a mutant, and this many milliseconds: others share the machine. */
const SLOWER = 20;
const PATIENCE_MS = 1_000;

/** Node's code for a script that was stopped. */
const HUNG = 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** Starts the test that waits there; only a script can be stopped in the middle of a loop. */
const START = new Script('__start()');

/** Where instrumented code and its runner meet. */
const context: InstrumenterContext = {};
Object.assign(globalThis, { __stryker__: context });

class PureTestRunner implements TestRunner {
  static readonly inject = tokens(commonTokens.options);
  readonly #tests: readonly string[];
  #script: Script | null = null;
  /** Milliseconds of each test without a mutant; measured once by each process. */
  #usual: ReadonlyMap<string, number> | null = null;

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
    this.#usual ??= await this.#measured();
    Object.assign(context, { activeMutant: activeMutant.id, hitLimit, hitCount });
    const chosen = testFilter && new Set(testFilter);
    const tests = await this.#run(({ name }) => chosen?.has(name) ?? true, true);
    const hung = determineHitLimitReached(context.hitCount, hitLimit) ?? hungTest(tests);
    return toMutantRunResult(hung ?? { status: DryRunStatus.Complete, tests });
  }

  async #measured(): Promise<ReadonlyMap<string, number>> {
    Object.assign(context, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
    const tests = await this.#run(() => true);
    return new Map(tests.map(({ name, timeSpentMs }) => [name, timeSpentMs]));
  }

  async #run(isChosen: (test: CollectedTest) => boolean, bail = false): Promise<TestResult[]> {
    const results: TestResult[] = [];
    delete context.currentTestId;
    for (const test of this.#quickFirst().filter(isChosen)) {
      context.currentTestId = test.name;
      const usual = this.#usual?.get(test.name);
      const result = await resultOf(test, usual && SLOWER * usual + PATIENCE_MS);
      results.push(result);
      if (bail && result.status === TestStatus.Failed) break;
    }
    return results;
  }

  #quickFirst(): CollectedTest[] {
    const usual = (test: CollectedTest) => this.#usual?.get(test.name) ?? 0;
    return this.#collected().sort((one, other) => usual(one) - usual(other));
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

async function resultOf({ name, run }: CollectedTest, limitMs?: number): Promise<TestResult> {
  const start = performance.now();
  const base = { id: name, name };
  try {
    await started(run, limitMs);
    return { ...base, status: TestStatus.Success, timeSpentMs: performance.now() - start };
  } catch (error) {
    const timeSpentMs = performance.now() - start;
    return { ...base, status: TestStatus.Failed, failureMessage: failureOf(error), timeSpentMs };
  }
}

/** The limit is for what a test does before it first waits; Stryker ends the process of one that never comes back. */
function started(run: CollectedTest['run'], limitMs: number | undefined): Promise<void> {
  Object.assign(globalThis, { __start: run });
  return START.runInThisContext(limitMs === undefined ? {} : { timeout: Math.ceil(limitMs) });
}

function failureOf(error: unknown): string {
  const isHung = error instanceof Error && 'code' in error && error.code === HUNG;
  return isHung ? HUNG : `${error}`;
}

function hungTest(tests: readonly TestResult[]): TimeoutDryRunResult | undefined {
  const isHung = tests.some((test) => 'failureMessage' in test && test.failureMessage === HUNG);
  return isHung ? { status: DryRunStatus.Timeout, reason: 'a test hangs' } : undefined;
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
