/**
 * Loads the bundled program together with V8's code cache of it: without, compiling takes half the time of a short
 * command. A cache of another version of Node is refused by V8 itself, and then the program is compiled as usual.
 */
import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** What `cli-program.ts` exports. */
export interface Program {
  /** Runs one command line and ends the process with its exit code. */
  main(argv: readonly string[]): Promise<void>;
}

/** The file that holds the code cache of the program in `folder`. */
export const codeCachePath = (folder: string): string => join(folder, 'program.cache');

/** The program in `folder`, compiled or from its code cache, yet to be run. */
export function compileProgram(folder: string): Script {
  const filename = programPath(folder);
  // The bundler writes ASCII, which is read fastest like this.
  const source = Module.wrap(readFileSync(filename, 'latin1'));
  const cachedData = readOptional(codeCachePath(folder));
  return new Script(source, { filename, ...(cachedData ? { cachedData } : {}) });
}

/** Runs the compiled program as the CommonJS module that it is. */
export function runProgram(script: Script, folder: string): Program {
  const filename = programPath(folder);
  const module: { exports: object } = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, folder);
  // The build makes the file from cli-program.ts.
  return module.exports as Program;
}

function programPath(folder: string): string {
  return join(folder, 'program.cjs');
}

function readOptional(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
