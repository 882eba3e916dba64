/**
 * What every agent adapter owes to oneshot, as rows of a table. Without a mandatory row nothing is known of an agent, so
 * one that was not tested is a failure too; a capability counts for the adapters that claim it.
 */
import { AGENTS } from '../../../actors/agents/registry.ts';

/** Where a row is tested: on recorded bytes, or on a process that oneshot starts. */
export type Part = 'stream' | 'process';

interface Row {
  readonly part: Part;
  readonly tier: 'mandatory' | 'capability';
}

export const CONTRACT = {
  'command line': { part: 'stream', tier: 'mandatory' },
  result: { part: 'stream', tier: 'mandatory' },
  failures: { part: 'stream', tier: 'mandatory' },
  'exit 0 with error': { part: 'stream', tier: 'mandatory' },
  'cut short': { part: 'stream', tier: 'mandatory' },
  'unknown events': { part: 'stream', tier: 'mandatory' },
  'huge line': { part: 'stream', tier: 'mandatory' },
  'huge text': { part: 'stream', tier: 'mandatory' },
  'invalid UTF-8': { part: 'stream', tier: 'mandatory' },
  'split anywhere': { part: 'stream', tier: 'mandatory' },
  session: { part: 'stream', tier: 'capability' },
  usage: { part: 'stream', tier: 'capability' },
  cost: { part: 'stream', tier: 'capability' },
  resume: { part: 'stream', tier: 'capability' },
  schema: { part: 'stream', tier: 'capability' },
  transcript: { part: 'stream', tier: 'capability' },
  start: { part: 'process', tier: 'mandatory' },
  'stdin closed': { part: 'process', tier: 'mandatory' },
  stream: { part: 'process', tier: 'mandatory' },
  'live result': { part: 'process', tier: 'mandatory' },
  'child holding stdout': { part: 'process', tier: 'mandatory' },
  'result then hang': { part: 'process', tier: 'mandatory' },
  'hang at start': { part: 'process', tier: 'mandatory' },
  'stop by TERM': { part: 'process', tier: 'mandatory' },
  'stop by KILL': { part: 'process', tier: 'mandatory' },
  'tree gone': { part: 'process', tier: 'mandatory' },
} as const satisfies Record<string, Row>;

export type RowName = keyof typeof CONTRACT;

type Outcome = 'ok' | 'FAILED' | '-' | 'not tested';

/** What was found out about each adapter. */
export class Findings {
  readonly #part: Part;
  readonly #found = new Map<string, Outcome>();

  constructor(part: Part) {
    this.#part = part;
  }

  /** Tests a row; what the test throws is the row's failure. */
  async test(agent: string, row: RowName, test: () => void | Promise<void>): Promise<void> {
    this.#found.set(`${agent} ${row}`, 'FAILED');
    await test();
    this.#found.set(`${agent} ${row}`, 'ok');
  }

  /** The adapter does not claim this capability. */
  skip(agent: string, row: RowName): void {
    this.#found.set(`${agent} ${row}`, '-');
  }

  /** Rows that nobody tested, and mandatory ones that an adapter would do without. */
  missing(): string[] {
    return AGENTS.flatMap(({ name }) =>
      this.#rows()
        .filter((row) => !this.#isCovered(name, row))
        .map((row) => `${name}: ${row}`),
    );
  }

  table(): string {
    const rows = this.#rows().map((row) =>
      [
        `${row} (${CONTRACT[row].tier})`.padEnd(LABEL_WIDTH),
        ...AGENTS.map(({ name }) => this.#cell(name, row)),
      ].join(''),
    );
    const head = ['', ...AGENTS.map(({ name }) => name.padEnd(WIDTH))];
    return [head.join('').padStart(LABEL_WIDTH + AGENTS.length * WIDTH), ...rows].join('\n');
  }

  #rows(): RowName[] {
    // The keys of a constant object.
    const names = Object.keys(CONTRACT) as RowName[];
    return names.filter((row) => CONTRACT[row].part === this.#part);
  }

  #isCovered(agent: string, row: RowName): boolean {
    const found = this.#of(agent, row);
    return (
      found === 'ok' || found === 'FAILED' || (found === '-' && CONTRACT[row].tier === 'capability')
    );
  }

  #of(agent: string, row: RowName): Outcome {
    return this.#found.get(`${agent} ${row}`) ?? 'not tested';
  }

  #cell(agent: string, row: RowName): string {
    return this.#of(agent, row).padEnd(WIDTH);
  }
}

const LABEL_WIDTH = 34;
const WIDTH = 10;
