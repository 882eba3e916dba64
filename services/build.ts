/** Bundles the command and the scripted agent into `dist/`: one start loads a few files instead of hundreds. */
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

/** Packages in CommonJS form ask for `require`, which a module does not have. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: [
    { in: 'services/cli.ts', out: 'oneshot' },
    { in: 'actors/agents/scripted-player.ts', out: 'scripted-player' },
  ],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // For Node, rxjs offers only its old form, of which nothing can be left out.
  alias: { rxjs: resolve('node_modules/rxjs/dist/esm/index.js') },
  banner: { js: REQUIRE },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
});
chmodSync('dist/oneshot.js', 0o755);
for (const asset of ['page', 'statechart.svg'].filter((name) =>
  existsSync(`visualizations/${name}`),
)) {
  cpSync(`visualizations/${asset}`, `dist/visualizations/${asset}`, { recursive: true });
}
