/**
 * The frame of a test file without jest around it: `describe` and `it` collect, and whoever asked runs what was collected,
 * one by one, in this process. A mutant costs milliseconds thus, not the start of a test runner.
 */
import { expect } from 'expect';
import { bind } from 'jest-each';

export interface CollectedTest {
  /** As jest names it: the titles from the outermost block on. */
  readonly name: string;
  readonly run: () => Promise<void>;
}

type Hook = () => unknown;

interface Block {
  readonly title: string;
  readonly before: Hook[];
  readonly after: Hook[];
}

/** What `@jest/globals` gives a test file, and the tests that it defines with them. */
export function createTestFrame() {
  const tests: CollectedTest[] = [];
  const blocks: Block[] = [block('')];

  const describe = (title: string, define: () => void): void => {
    blocks.push(block(title));
    define();
    blocks.pop();
  };
  const it = (title: string, test: () => unknown): void => {
    const around = [...blocks];
    const name = [...around.map((each) => each.title), title].filter(Boolean).join(' ');
    tests.push({ name, run: () => runIn(around, test) });
  };
  const globals = {
    describe: Object.assign(describe, { each: bind(describe, false) }),
    it: Object.assign(it, { each: bind(it) }),
    expect,
    beforeEach: (hook: Hook) => blocks.at(-1)?.before.push(hook),
    afterEach: (hook: Hook) => blocks.at(-1)?.after.push(hook),
  };
  return { tests, globals };
}

function block(title: string): Block {
  return { title, before: [], after: [] };
}

async function runIn(blocks: readonly Block[], test: () => unknown): Promise<void> {
  for (const { before } of blocks) for (const hook of before) await hook();
  try {
    await test();
  } finally {
    for (const { after } of [...blocks].reverse()) for (const hook of after) await hook();
  }
}
