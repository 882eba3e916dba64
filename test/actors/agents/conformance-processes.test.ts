import { testProcesses } from './conformance-processes.ts';
import { SPECIMENS } from './conformance-specimens.ts';

/** Its own program, and one behind a bridge; all agents are in the long test. */
testProcesses(SPECIMENS.filter(({ adapter }) => ['claude', 'acp'].includes(adapter.name)));
