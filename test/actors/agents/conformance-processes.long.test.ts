import { expect, it } from '@jest/globals';
import { testProcesses } from './conformance-processes.ts';
import { SPECIMENS } from './conformance-specimens.ts';

const findings = testProcesses(SPECIMENS);

it('Every row of the contract was tested on every adapter', () => {
  expect(findings.missing()).toEqual([]);
});
