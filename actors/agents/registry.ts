import { acp } from './acp.ts';
import type { AgentAdapter } from './adapter.ts';
import { aider } from './aider.ts';
import { claude } from './claude.ts';
import { cline } from './cline.ts';
import { codex } from './codex.ts';
import { command } from './command.ts';
import { gemini } from './gemini.ts';
import { openai } from './openai.ts';
import { opencode } from './opencode.ts';
import { pi } from './pi.ts';
import { qwen } from './qwen.ts';
import { scripted } from './scripted.ts';

/** All agents, in the order in which an installed one is looked for when none was chosen. */
export const AGENTS: readonly AgentAdapter[] = [
  claude,
  codex,
  gemini,
  opencode,
  cline,
  qwen,
  pi,
  aider,
  acp,
  openai,
  command,
  scripted,
];

export const AGENT_NAMES: readonly string[] = AGENTS.map(({ name }) => name);

/** Those that are looked for when none was chosen: the ones that are programs of their own. */
export const INSTALLABLE_AGENTS = AGENTS.filter(({ install }) => install !== null);

export function findAgent(name: string): AgentAdapter | null {
  return AGENTS.find((agent) => agent.name === name) ?? null;
}
