import { createHash } from 'node:crypto';
import { LIFECYCLE_VERSION, lifecycle } from '../machines/lifecycle.ts';
import type { MachineStamp } from './journal.ts';

/** Which statechart this is: recorded with each run. */
export function machineStamp(): MachineStamp {
  const hash = createHash('sha256').update(JSON.stringify(lifecycle.config)).digest('hex');
  return { id: lifecycle.id, version: LIFECYCLE_VERSION, hash };
}
