import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Cli, NODE } from './clis.ts';

interface Package {
  readonly package: string;
  readonly version: string;
}

/** The folder of a package's programs. */
export function binFolder(folder: string, each: Package): string {
  return join(folderOf(folder, each), 'node_modules', '.bin');
}

/** Folders of programs for the PATH of a command line, with a newer Node where its `engines` ask for one. */
export function pathOf(folder: string, cli: Cli): string[] {
  const node = needsNewerNode(folder, cli) ? [binFolder(folder, NODE)] : [];
  return [binFolder(folder, cli), ...node];
}

/** Installs what is not there yet, each in a folder of its own. Throws when the registry does not give it. */
export function install(folder: string, clis: readonly Cli[], tell: (line: string) => void): void {
  for (const cli of clis) installPackage(folder, cli, tell);
  if (clis.some((cli) => needsNewerNode(folder, cli))) installPackage(folder, NODE, tell);
}

/** A folder that has its final name is complete. */
function installPackage(folder: string, each: Package, tell: (line: string) => void): void {
  const final = folderOf(folder, each);
  if (existsSync(final)) return;
  const partial = `${final}.partial`;
  tell(`installing ${each.package}@${each.version} …`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const args = ['install', '--prefix', partial, '--no-audit', '--no-fund', '--no-save'];
  execFileSync('npm', [...args, `${each.package}@${each.version}`], { stdio: 'pipe' });
  renameSync(partial, final);
}

function folderOf(folder: string, each: Package): string {
  return join(folder, `${each.package.replace(/\W+/g, '-').replace(/^-/, '')}-${each.version}`);
}

function needsNewerNode(folder: string, cli: Cli): boolean {
  const path = join(folderOf(folder, cli), 'node_modules', cli.package, 'package.json');
  const { engines } = JSON.parse(readFileSync(path, 'utf8'));
  const wanted = Number(/>=\s*(\d+)/.exec(engines?.node ?? '')?.[1] ?? 0);
  return wanted > Number(process.versions.node.split('.')[0]);
}
