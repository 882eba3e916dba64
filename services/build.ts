/**
 * Bundles oneshot into `dist/`: the program as one file with V8's code cache, so that one start loads two files instead
 * of hundreds, and beside it the small programs and the page.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const common: BuildOptions = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  // For Node, rxjs offers only its old form, of which nothing can be left out.
  alias: { rxjs: resolve('node_modules/rxjs/dist/esm/index.js') },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
};

rmSync('dist', { recursive: true, force: true });
// CommonJS, since Node starts that faster.
await build({
  ...common,
  entryPoints: [
    { in: 'services/cli.ts', out: 'oneshot' },
    { in: 'services/cli-program.ts', out: 'program' },
  ],
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': '__moduleUrl', 'import.meta.dirname': '__dirname' },
  banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
});
await build({
  ...common,
  entryPoints: [
    { in: 'actors/agents/scripted-player.ts', out: 'scripted-player' },
    { in: 'actors/agents/openai/bridge.ts', out: 'openai-bridge' },
    { in: 'actors/agents/acp/bridge.ts', out: 'acp-bridge' },
  ],
  format: 'esm',
});
chmodSync('dist/oneshot.cjs', 0o755);
for (const asset of readdirSync('visualizations').filter((name) => !name.endsWith('.ts'))) {
  cpSync(`visualizations/${asset}`, `dist/visualizations/${asset}`, { recursive: true });
}
execFileSync(process.execPath, ['--import', 'tsx', 'services/code-cache.ts', 'dist'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
