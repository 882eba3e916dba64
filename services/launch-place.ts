import { homedir } from 'node:os';
import type { LaunchPlace } from '../actors/agents/adapter.ts';
import { environment } from './config.ts';

/** Where this user's agents run: in a work tree, given by its real path. */
export function launchPlace(cwd: string): LaunchPlace {
  return { cwd, home: homedir(), isRoot: process.getuid?.() === 0, environment: environment() };
}
