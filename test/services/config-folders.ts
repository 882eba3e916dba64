import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { type Config, type ConfigRequest, loadConfig } from '../../services/config.ts';

/** A working folder and a home folder for each test, with what is needed to configure them. */
export interface ConfigFolders {
  readonly cwd: string;
  readonly home: string;
  /** Writes a file; an object as JSON. The path is relative to both folders' parent: `cwd/.oneshotrc`. */
  put(path: string, content: unknown): Promise<string>;
  load(request?: Partial<ConfigRequest>): Promise<Config>;
  /** The lines of the error that loading ends with, without the path of the folders. */
  problems(request?: Partial<ConfigRequest>): Promise<string[]>;
}

export const AGENTS = ['claude', 'command', 'scripted'];

export function withConfigFolders(): () => ConfigFolders {
  let base = '';
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'oneshot-config-')));
    await Promise.all(['cwd', 'home'].map((name) => mkdir(join(base, name))));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));
  return () => foldersIn(base);
}

function foldersIn(base: string): ConfigFolders {
  const [cwd, home] = [join(base, 'cwd'), join(base, 'home')];
  const load = (request: Partial<ConfigRequest> = {}) =>
    loadConfig({ cwd, home, flags: {}, agents: AGENTS, ...request });
  return {
    cwd,
    home,
    load,
    put: async (path, content) => {
      const file = join(base, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    problems: async (request) => {
      const error = await load(request).then(
        () => new Error('it was loaded'),
        (cause: Error) => cause,
      );
      return error.message.replaceAll(`${base}/`, '').split('\n');
    },
  };
}
