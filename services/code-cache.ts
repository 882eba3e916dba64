/**
 * The last step of the build: a whole run of the program with two small agents, after which V8 writes down what it
 * compiled for it. Usage: `tsx services/code-cache.ts dist`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { codeCachePath, compileProgram, runProgram } from './program.ts';

const folder = resolve(process.argv[2] ?? 'dist');
const place = mkdtempSync(join(tmpdir(), 'oneshot-build-'));
const script = compileProgram(folder);

process.on('exit', (code) => {
  rmSync(place, { recursive: true, force: true });
  if (code === 0) writeFileSync(codeCachePath(folder), script.createCachedData());
});
const agent = ['--agent', 'command', '--agent-command', `echo '{"verdict":"done"}'`];
await runProgram(script, folder).main(['run', 'Say it.', '--cwd', place, '--quiet', ...agent]);
