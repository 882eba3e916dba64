/** Measures one group and sends its rows to the process that asked for them. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GROUPS } from './groups.ts';

const [name = '', repeat = '5'] = process.argv.slice(2);
const root = realpathSync(mkdtempSync(join(tmpdir(), `oneshot-bench-${name}-`)));
try {
  const module = await GROUPS[name]?.();
  const rows = (await module?.measure({ root, repeat: Number(repeat) })) ?? [];
  process.send?.(rows);
} finally {
  rmSync(root, { recursive: true, force: true });
  process.disconnect?.();
}
