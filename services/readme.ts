/**
 * The README's tables, made from what the program itself uses: `npx tsx services/readme.ts` writes them between their
 * marks, `--check` ends with 1 when they are not up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AGENTS } from '../actors/agents/registry.ts';
import { lifecycle } from '../machines/lifecycle.ts';
import { abilityNames } from './agent-status.ts';
import { ERROR_CODES } from './errors.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { optionsTable } from './options-table.ts';

const README = new URL('../README.md', import.meta.url);

const TABLES: Readonly<Record<string, () => string>> = {
  agents: agentsTable,
  states: statesTable,
  'agent-example': agentExample,
  options: optionsTable,
  'exit-codes': () =>
    table(
      ['Code', 'Meaning'],
      Object.values(EXIT_CODES).map(({ code, meaning }) => [`${code}`, meaning]),
    ),
  errors: () =>
    table(
      ['Code', 'Meaning'],
      Object.entries(ERROR_CODES).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
};

/** The README with all its tables made anew. */
export function freshReadme(text: string): string {
  return Object.entries(TABLES).reduce((readme, [name, render]) => {
    const marks = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`);
    if (!marks.test(readme)) throw new Error(`README.md has no place for the table "${name}".`);
    return readme.replace(marks, (_, begin: string, end: string) => `${begin}${render()}\n${end}`);
  }, text);
}

function agentsTable(): string {
  const rows = AGENTS.map(({ name, title, abilities, install }) => [
    `\`${name}\``,
    title,
    abilities.prompt,
    abilityNames(abilities).join(', ') || '–',
    install === null ? 'nothing' : `\`${install}\``,
  ]);
  return table(['Agent', 'What it is', 'Prompt by', 'Can', 'Needs'], rows);
}

/** An adapter that the tests run, as it would stand in `actors/agents/`. */
function agentExample(): string {
  const source = readFileSync(new URL('../test/actors/agents/mimic.ts', import.meta.url), 'utf8');
  const moved = source
    .replaceAll("'../../../actors/agents/", "'./")
    .replaceAll("'../../../actors/", "'../")
    .replaceAll("'../../../machines/", "'../../machines/");
  return `\`\`\`ts\n// actors/agents/mimic.ts\n${moved}\`\`\``;
}

function statesTable(): string {
  const rows = Object.entries(lifecycle.states).map(([name, node]) => [
    `\`${name}\``,
    node.description ?? '',
  ]);
  return table(['State', 'What it means'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function main(args: readonly string[]): void {
  const text = readFileSync(README, 'utf8');
  const fresh = freshReadme(text);
  if (fresh === text) return;
  if (!args.includes('--check')) {
    writeFileSync(README, fresh);
    return;
  }
  process.stderr.write(
    'The tables of README.md are not up to date. Run: npx tsx services/readme.ts\n',
  );
  process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
