/** The seven command lines: what is installed of them, and how each finds the model. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Cli {
  /** As in `--agent NAME`. */
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** The name of its model. */
  readonly model: string;
  /** Whether it adds the files to a prompt that the prompt mentions, which changes nothing of its words. Default: no. */
  readonly addsFiles?: true;
  /** Whether it knows the price of the model. Default: no. */
  readonly isPriced?: true;
  /** Its settings: files in its home, by path. */
  files(url: string): Readonly<Record<string, object | string>>;
  environment(url: string): Readonly<Record<string, string>>;
}

/** The Node of the command lines that ask for a newer one than this. */
export const NODE = { package: 'node', version: '24.21.0' };

export const CLIS: readonly Cli[] = [
  {
    name: 'claude',
    package: '@anthropic-ai/claude-code',
    version: '2.1.330',
    model: 'claude-sonnet-4-5',
    addsFiles: true,
    isPriced: true,
    files: () => ({}),
    environment: (url) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'sk-dummy',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
    }),
  },
  {
    name: 'codex',
    package: '@openai/codex',
    version: '0.169.0',
    model: 'gpt-5.2-codex',
    files: (url) => ({
      '.codex/config.toml': [
        'model_provider = "fake"',
        'check_for_update_on_startup = false',
        '[analytics]',
        'enabled = false',
        '[model_providers.fake]',
        'name = "Fake"',
        `base_url = "${url}/v1"`,
        'wire_api = "responses"',
        'env_key = "FAKE_API_KEY"',
        'supports_websockets = false',
      ].join('\n'),
    }),
    environment: () => ({ FAKE_API_KEY: 'sk-dummy' }),
  },
  {
    name: 'gemini',
    package: '@google/gemini-cli',
    version: '0.61.0',
    model: 'gemini-2.5-pro',
    files: () => ({
      '.gemini/settings.json': {
        general: { enableAutoUpdate: false },
        privacy: { usageStatisticsEnabled: false },
        security: { auth: { selectedType: 'gemini-api-key' } },
      },
    }),
    environment: (url) => ({ GEMINI_API_KEY: 'dummy', GOOGLE_GEMINI_BASE_URL: url }),
  },
  {
    name: 'opencode',
    package: 'opencode-ai',
    version: '1.18.33',
    model: 'fake/fake-model',
    isPriced: true,
    files: (url) => ({
      '.config/opencode/opencode.json': {
        autoupdate: false,
        share: 'disabled',
        provider: {
          fake: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Fake',
            options: { baseURL: `${url}/v1`, apiKey: 'dummy' },
            models: {
              'fake-model': {
                limit: { context: 200_000, output: 8192 },
                cost: { input: 1, output: 2 },
              },
            },
          },
        },
      },
    }),
    environment: () => ({ OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' }),
  },
  {
    name: 'cline',
    package: 'cline',
    version: '3.0.65',
    model: 'fake-model',
    addsFiles: true,
    files: (url) => ({
      '.cline/data/settings/providers.json': {
        version: 1,
        lastUsedProvider: 'openai-compatible',
        modes: {},
        providers: {
          'openai-compatible': {
            settings: {
              provider: 'openai-compatible',
              apiKey: 'dummy',
              model: 'fake-model',
              baseUrl: `${url}/v1`,
            },
            updatedAt: '2026-01-01T00:00:00.000Z',
            tokenSource: 'manual',
          },
        },
      },
    }),
    environment: () => ({ CLINE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }),
  },
  {
    name: 'qwen',
    package: '@qwen-code/qwen-code',
    version: '0.24.4',
    model: 'fake-model',
    files: () => ({
      '.qwen/settings.json': {
        general: { enableAutoUpdate: false },
        privacy: { usageStatisticsEnabled: false },
        security: { auth: { selectedType: 'openai' } },
      },
    }),
    environment: (url) => ({ OPENAI_API_KEY: 'dummy', OPENAI_BASE_URL: `${url}/v1` }),
  },
  {
    name: 'pi',
    package: '@mariozechner/pi-coding-agent',
    version: '0.73.1',
    model: 'fake/fake-model',
    isPriced: true,
    files: (url) => ({
      '.pi/agent/models.json': {
        providers: {
          fake: {
            baseUrl: `${url}/v1`,
            api: 'openai-completions',
            apiKey: 'dummy',
            models: [
              {
                id: 'fake-model',
                contextWindow: 200_000,
                maxTokens: 8192,
                cost: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 },
              },
            ],
          },
        },
      },
    }),
    environment: () => ({ PI_OFFLINE: '1' }),
  },
];

/** Writes its settings. */
export function configure(cli: Cli, home: string, url: string): void {
  for (const [name, content] of Object.entries(cli.files(url))) {
    const path = join(home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
}
