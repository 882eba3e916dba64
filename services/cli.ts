#!/usr/bin/env node
/** The command `oneshot`. What needs no run is answered before anything large is loaded. */
import { compileProgram, runProgram } from './program.ts';
import { VERSION } from './version.ts';

const folder = import.meta.dirname;
const [first, ...rest] = process.argv.slice(2);

if (rest.length === 0 && (first === '--version' || first === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  void runProgram(compileProgram(folder), folder).main(process.argv.slice(2));
}
