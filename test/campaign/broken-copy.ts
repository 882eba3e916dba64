/** Copies of oneshot that break a promise, to see that it is noticed. */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** A text in a source file, and what stands there in the copy. */
export interface Flaw {
  readonly file: string;
  readonly text: string;
  readonly broken: string;
}

/** Builds one into a folder; returns the program. Throws when a source no longer has the text of a flaw. */
export async function brokenCopy(folder: string, flaws: readonly Flaw[]): Promise<string> {
  await build({
    entryPoints: { program: resolve('services/cli-program.ts') },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    define: { 'import.meta.url': '__moduleUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    footer: { js: 'module.exports.main(process.argv.slice(2));' },
    logLevel: 'error',
    plugins: [breaking(flaws)],
  });
  return join(folder, 'program.cjs');
}

function breaking(flaws: readonly Flaw[]): Plugin {
  return {
    name: 'breaking',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(resolve('.'), path);
        const own = flaws.filter((flaw) => flaw.file === file);
        if (own.length === 0) return undefined;
        return { contents: own.reduce(broken, readFileSync(path, 'utf8')), loader: 'ts' };
      });
    },
  };
}

function broken(source: string, flaw: Flaw): string {
  if (!source.includes(flaw.text)) throw new Error(`${flaw.file} has no "${flaw.text}" any more.`);
  return source.replace(flaw.text, flaw.broken);
}
