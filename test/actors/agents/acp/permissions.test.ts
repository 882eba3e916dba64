import { describe, expect, it } from '@jest/globals';
import { answerPermission } from '../../../../actors/agents/acp/permissions.ts';

type Kind = 'allow_once' | 'allow_always' | 'reject_once' | 'reject_always';
const ALL: readonly Kind[] = ['reject_always', 'allow_always', 'reject_once', 'allow_once'];

describe('A request for permission', () => {
  it.each([
    ['allow', ALL, 'allow_once', false],
    ['allow', ['allow_always', 'reject_once'], 'allow_always', false],
    ['allow', ['reject_once'], null, true],
    ['allow', [], null, true],
    ['deny', ALL, 'reject_once', true],
    ['deny', ['allow_once', 'reject_always'], 'reject_always', true],
    ['deny', ['allow_once'], null, true],
    ['ask', ALL, 'reject_once', true],
  ] as const)('under %s with the choices %j is answered %s', (policy, kinds, chosen, isDenied) => {
    const options = kinds.map((kind) => ({ optionId: `id of ${kind}`, name: kind, kind }));
    const { response, denied } = answerPermission(options, policy);
    const selected = { outcome: 'selected', optionId: `id of ${chosen}` };
    expect(response.outcome).toEqual(chosen ? selected : { outcome: 'cancelled' });
    expect(denied !== null).toBe(isDenied);
  });

  it('that cannot be put to anybody is denied with that reason', () => {
    expect(answerPermission([], 'ask').denied).toContain('nobody can be asked');
  });
});
