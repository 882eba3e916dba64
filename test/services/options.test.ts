import { describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../../services/defaults.ts';
import { flagAttribute, OPTION_LIST, OPTIONS } from '../../services/options.ts';
import { optionsTable } from '../../services/options-table.ts';

describe('the table of options', () => {
  it.each(OPTION_LIST)('$key has a flag or stands in files, and a meaning', (option) => {
    expect(option.flag !== null || option.inFiles).toBe(true);
    expect(option.description).toMatch(/^[A-Z].*[^.]$/s);
    expect(option.default !== null || option.otherwise !== null).toBe(true);
  });

  it('has each flag once', () => {
    const flags = OPTION_LIST.flatMap(({ flag }) => flag ?? []);
    expect(new Set(flags).size).toBe(flags.length);
  });

  it.each(OPTION_LIST.filter(({ isList, default: value }) => !isList && value !== null))(
    '$key takes its own default, as it is shown, from either door',
    ({ rule, default: value }) => {
      expect(rule.read(rule.fromText(rule.format(value)))).toEqual(value);
    },
  );

  it('shows every default of the program', () => {
    const shown = OPTION_LIST.map((option) => option.default);
    const { checkTimeoutMs, ...rest } = DEFAULTS;
    expect(shown).toEqual(expect.arrayContaining(Object.values(rest)));
    expect(OPTIONS.checks.rule.read('npm test')?.timeoutMs).toBe(checkTimeoutMs);
  });

  it.each([['killGrace'], ['resultGrace'], ['retryPause'], ['outputLimit'], ['secrets']] as const)(
    'leaves %s to the files',
    (key) => {
      expect(OPTIONS[key].flag).toBeNull();
    },
  );

  it('names the attribute of a parsed command line', () => {
    const attributes = OPTION_LIST.map((option) => [option.key, flagAttribute(option)]);
    expect(Object.fromEntries(attributes)).toMatchObject({
      maxIterations: 'maxIterations',
      checks: 'check',
      agentArgs: 'agentArgs',
      killGrace: 'killGrace',
    });
  });

  it('is printed as Markdown, one line for each option', () => {
    const lines = optionsTable().split('\n');
    expect(lines).toHaveLength(OPTION_LIST.length + 2);
    expect(lines).toContain(
      '| `--max-iterations <number>` | `maxIterations` | 5 | ' +
        'How often the worker is judged before the run fails for its budget |',
    );
    for (const line of lines) expect(line.match(/(?<!\\)\|/g)).toHaveLength(5);
  });
});
