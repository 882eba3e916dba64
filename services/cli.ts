#!/usr/bin/env node
/** The command `oneshot`. What needs no run is answered before anything large is loaded. */
import { VERSION } from './version.ts';

const [first, ...rest] = process.argv.slice(2);

if (rest.length === 0 && (first === '--version' || first === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const { main } = await import('./cli-program.ts');
  await main(process.argv.slice(2));
}
