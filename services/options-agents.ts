import { agentName, anyText, argument, choice, httpUrl, text } from './config-values.ts';
import { DEFAULTS } from './defaults.ts';
import { list, type OptionRow, single } from './option-row.ts';

const agents = { ...single, group: 'Agents' } as const;
const prompts = { ...single, group: 'Prompts' } as const;

/** Who works and who judges, and what is said to them. */
export const AGENT_OPTIONS = {
  agent: {
    ...agents,
    flag: '--agent',
    argument: '<name>',
    description: 'Agent of both roles',
    rule: agentName,
    default: null,
    otherwise: 'the first one that is installed',
  },
  workerAgent: {
    ...agents,
    flag: '--worker-agent',
    argument: '<name>',
    description: 'Agent that does the task',
    rule: agentName,
    default: null,
    otherwise: 'as `--agent`',
  },
  auditorAgent: {
    ...agents,
    flag: '--auditor-agent',
    argument: '<name>',
    description: 'Agent that judges the result',
    rule: agentName,
    default: null,
    otherwise: 'as `--agent`',
  },
  workerModel: {
    ...agents,
    flag: '--worker-model',
    argument: '<model>',
    description: 'Model of the worker, in the words of its agent',
    rule: text,
    default: null,
    otherwise: "the agent's own",
  },
  auditorModel: {
    ...agents,
    flag: '--auditor-model',
    argument: '<model>',
    description: 'Model of the auditor, in the words of its agent',
    rule: text,
    default: null,
    otherwise: "the agent's own",
  },
  agentCommand: {
    ...agents,
    flag: '--agent-command',
    argument: '<command-line>',
    description:
      'Command line of the agents `command` and `acp`; the prompt of `command` goes to its standard ' +
      'input, or where {prompt} or {promptFile} stands in it',
    rule: text,
    default: null,
    otherwise: 'none',
  },
  workerAgentCommand: {
    ...agents,
    flag: '--worker-agent-command',
    argument: '<command-line>',
    description: 'The same for the worker alone',
    rule: text,
    default: null,
    otherwise: 'as `--agent-command`',
  },
  auditorAgentCommand: {
    ...agents,
    flag: '--auditor-agent-command',
    argument: '<command-line>',
    description: 'The same for the auditor alone',
    rule: text,
    default: null,
    otherwise: 'as `--agent-command`',
  },
  baseUrl: {
    ...agents,
    flag: '--base-url',
    argument: '<url>',
    description:
      'Endpoint of the agent `openai`, e.g. http://localhost:11434/v1; its key is in OPENAI_API_KEY',
    rule: httpUrl,
    default: null,
    otherwise: '`OPENAI_BASE_URL`, else that of OpenAI',
  },
  workerBaseUrl: {
    ...agents,
    flag: '--worker-base-url',
    argument: '<url>',
    description: 'The same for the worker alone',
    rule: httpUrl,
    default: null,
    otherwise: 'as `--base-url`',
  },
  auditorBaseUrl: {
    ...agents,
    flag: '--auditor-base-url',
    argument: '<url>',
    description: 'The same for the auditor alone',
    rule: httpUrl,
    default: null,
    otherwise: 'as `--base-url`',
  },
  permissions: {
    ...agents,
    flag: '--permissions',
    argument: '<policy>',
    description:
      'What the agent `acp` is answered when it asks for permission: `allow`, `deny`, ' +
      'or `ask`, which denies where nobody can be asked',
    rule: choice('allow', 'deny', 'ask'),
    default: DEFAULTS.permissions,
  },
  fallbackAgents: {
    ...list,
    flag: '--fallback-agent',
    argument: '<name>',
    group: 'Agents',
    description:
      'Agent that takes the place of one at its usage limit; may be given several times, and makes ' +
      '`--on-limit` be `fallback` where that is not set',
    rule: agentName,
  },
  agentOutput: {
    ...agents,
    flag: '--agent-output',
    argument: '<form>',
    description:
      'How the output of the agent `command` is read: `text`, `jsonl`, ' +
      'or `auto`: as JSON lines when its first line is a JSON object',
    rule: choice('text', 'jsonl', 'auto'),
    default: DEFAULTS.agentOutput,
  },
  agentArgs: {
    ...list,
    flag: '--',
    argument: '<arguments...>',
    group: 'Agents',
    description: "Further arguments for the agents' own command lines",
    rule: argument,
  },
  workerPromptHeader: {
    ...prompts,
    flag: '--worker-prompt-header',
    argument: '<text>',
    description: "Beginning of the worker's prompt",
    rule: anyText,
    default: null,
    otherwise: 'built in',
  },
  reworkerPromptHeader: {
    ...prompts,
    flag: '--reworker-prompt-header',
    argument: '<text>',
    description: "Beginning of the worker's prompt when it goes on with work that was not enough",
    rule: anyText,
    default: null,
    otherwise: 'as `--worker-prompt-header`, else built in',
  },
  auditorPromptHeader: {
    ...prompts,
    flag: '--auditor-prompt-header',
    argument: '<text>',
    description: "Beginning of the auditor's prompt",
    rule: anyText,
    default: null,
    otherwise: 'built in',
  },
} as const satisfies Record<string, OptionRow>;
