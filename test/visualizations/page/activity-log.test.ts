import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../../services/activity-log.ts';
import { createActivityLog } from '../../../visualizations/page/activity-log.js';

const text = (at: number, words: string, attempt = '0001-worker'): LogLine => ({
  version: 1,
  at,
  attempt,
  offset: at,
  kind: 'text',
  text: words,
});
const tool = (at: number, name: string): LogLine => ({
  ...{ version: 1, at, attempt: '0002-auditor', offset: at },
  ...{ kind: 'toolCall', id: null, name, input: 'parser.ts' },
});

describe('The activity', () => {
  const lines = [text(1, 'I read the Parser'), tool(2, 'read'), text(5, 'done'), tool(9, 'edit')];
  const filled = () => {
    const log = createActivityLog();
    log.add(lines);
    return log;
  };

  it.each([
    [{}, [1, 2, 5, 9]],
    [{ words: '  ' }, [1, 2, 5, 9]],
    [{ words: 'parser READ' }, [1, 2]],
    [{ words: 'auditor 2' }, [2, 9]],
    [{ group: 'tools' as const }, [2, 9]],
    [{ attempt: '0001-worker' }, [1, 5]],
    [{ group: 'words' as const, words: 'done', attempt: '0001-worker' }, [5]],
    [{ words: 'nowhere' }, []],
  ])('shows with the filter %j the lines at %j', (filter, times) => {
    const log = filled();
    log.look(filter);
    expect(log.shown.map(({ at }) => at)).toEqual(times);
  });

  it('holds what comes later to the filter, and forgets it with the filter', () => {
    const log = filled();
    log.look({ words: 'done' });
    log.add([text(10, 'well done'), text(11, 'not this')]);
    expect(log.shown.map(({ at }) => at)).toEqual([5, 10]);
    log.look({ words: '' });
    expect(log.shown).toHaveLength(6);
  });

  it('knows when an attempt last showed life, as of any moment', () => {
    const log = filled();
    expect(log.lastSignAt('0001-worker', 4)).toBe(1);
    expect(log.lastSignAt('0001-worker', 5)).toBe(5);
    expect(log.lastSignAt('0001-worker', 0)).toBeNull();
    expect(log.lastSignAt('0007-worker', 99)).toBeNull();
    expect(log.signsOf('0002-auditor')).toEqual([2, 9]);
  });

  it('knows how many lines there were at a moment', () => {
    expect([0, 1, 4, 9, 99].map(filled().countUpTo)).toEqual([0, 1, 2, 4, 4]);
  });
});
