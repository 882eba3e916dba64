/** All groups of rows, by the name with which one is chosen: `npm run bench -- start commits`. */
import type { Measure } from './row.ts';

type Module = Promise<{ readonly measure: Measure }>;

/** Each is a file that is loaded in a process of its own, so that what one leaves in memory costs no other. */
export const GROUPS: Readonly<Record<string, () => Module>> = {
  start: () => import('./start.ts'),
  happy: () => import('./happy.ts'),
  commits: () => import('./commits.ts'),
  replay: () => import('./replays.ts'),
  resume: () => import('./resume.ts'),
  lines: () => import('./lines.ts'),
  flood: () => import('./flood.ts'),
  hosting: () => import('./hosting.ts'),
  lateness: () => import('./lateness.ts'),
  trees: () => import('./trees.ts'),
  page: () => import('./page.ts'),
};
