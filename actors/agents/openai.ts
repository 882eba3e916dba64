import { fileURLToPath } from 'node:url';
import { jsonLinesReader } from '../stream-reader.ts';
import type { AgentAdapter, AgentSettings, Launch, LaunchRequest } from './adapter.ts';
import { type BridgeOptions, parametersOf } from './openai/options.ts';
import { readOwnRecord } from './own-records.ts';

/** The bridge is a program of its own, built beside the one that this is part of. */
const BRIDGE = fileURLToPath(new URL('./openai-bridge.js', import.meta.url));

const OPENAI = 'https://api.openai.com/v1';

/** Any OpenAI-compatible chat endpoint, through a small process of ours that asks it. It has no tools. */
export const openai: AgentAdapter = {
  name: 'openai',
  title:
    'Any OpenAI-compatible chat endpoint: answers in text and edits no files, so it is best as the auditor',
  install: null,
  endsWithResult: true,
  abilities: { resume: false, schema: true, usage: true, cost: false, prompt: 'stdin' },
  program: () => process.execPath,
  lacks,
  launch,
  reader: (sink) => jsonLinesReader({ ...sink, onRecord: readOwnRecord }),
};

function lacks({ model, args }: AgentSettings): string | null {
  if (model === null) return 'a model: --worker-model or --auditor-model NAME';
  const parsed = parametersOf(args);
  return 'wrong' in parsed
    ? `its further arguments as fields of the request, such as -- temperature=0.2, and "${parsed.wrong}" is none`
    : null;
}

function launch({ role, settings, sessionId, place }: LaunchRequest): Launch {
  const { model, args, baseUrl } = settings;
  const parsed = parametersOf(args);
  const options: BridgeOptions = {
    baseUrl: baseUrl ?? (place.environment.OPENAI_BASE_URL || OPENAI),
    model: model ?? '',
    sessionId,
    asVerdict: role === 'auditor',
    parameters: 'parameters' in parsed ? parsed.parameters : {},
  };
  return {
    program: process.execPath,
    args: [BRIDGE, JSON.stringify(options)],
    input: 'prompt',
    sessionId,
  };
}
