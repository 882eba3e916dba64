import { describe, expect, it } from '@jest/globals';
import {
  answerPermission,
  DENIED,
  GRANTED,
  NOBODY_THERE,
} from '../../../../actors/agents/acp/permissions.ts';

type Kind = 'allow_once' | 'allow_always' | 'reject_once' | 'reject_always';
const DECISIONS = { granted: GRANTED, refused: DENIED };
const ALL: readonly Kind[] = ['reject_always', 'allow_always', 'reject_once', 'allow_once'];

describe('A request for permission', () => {
  it.each([
    ['granted', ALL, 'allow_once', false],
    ['granted', ['allow_always', 'reject_once'], 'allow_always', false],
    ['granted', ['reject_once'], null, true],
    ['granted', [], null, true],
    ['refused', ALL, 'reject_once', true],
    ['refused', ['allow_once', 'reject_always'], 'reject_always', true],
    ['refused', ['allow_once'], null, true],
  ] as const)('that is %s with the choices %j is answered %s', (how, kinds, chosen, isDenied) => {
    const options = kinds.map((kind) => ({ optionId: `id of ${kind}`, name: kind, kind }));
    const { response, denied } = answerPermission(options, DECISIONS[how]);
    const selected = { outcome: 'selected', optionId: `id of ${chosen}` };
    expect(response.outcome).toEqual(chosen ? selected : { outcome: 'cancelled' });
    expect(denied !== null).toBe(isDenied);
  });

  it('that cannot be put to anybody is denied with that reason', () => {
    expect(answerPermission([], NOBODY_THERE).denied).toContain('nobody can be asked');
  });
});
