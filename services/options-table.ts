import { OPTION_LIST, type Option } from './options.ts';

/** The README's table of options, in Markdown. */
export function optionsTable(): string {
  const head = ['Flag', 'In a configuration file', 'Default', 'Meaning'];
  return [head, head.map(() => '---'), ...OPTION_LIST.map(cellsOf)].map(lineOf).join('\n');
}

/** The default of an option as a person would write it, or what holds instead. */
export function defaultText({ rule, default: value, isList, otherwise }: Option): string {
  return value === null || isList ? (otherwise ?? '') : rule.format(value);
}

function cellsOf(option: Option): string[] {
  const { flag, argument, key, inFiles, description } = option;
  return [
    flag === null ? '' : `\`${flag} ${argument}\``,
    inFiles ? `\`${key}\`` : '',
    defaultText(option),
    description,
  ];
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
