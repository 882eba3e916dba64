/** The import walls and the places where the outside world may be touched, as rules over source texts. */

export interface Source {
  /** Path from the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

interface Layer {
  readonly folders: readonly string[];
  readonly packages: readonly string[];
  readonly node: boolean;
}

/** What each folder may import: the folder is the purity level. */
const LAYERS: Readonly<Record<string, Layer>> = {
  machines: { folders: ['machines'], packages: ['xstate'], node: false },
  actors: {
    folders: ['machines', 'actors'],
    packages: ['rxjs', 'xstate', 'execa', 'tinyglobby'],
    node: true,
  },
  services: {
    folders: ['machines', 'actors', 'services'],
    packages: [
      '@xstate/inspect',
      'commander',
      'fastest-levenshtein',
      'rxjs',
      'xstate',
      'yaml',
      'zod',
    ],
    node: true,
  },
  visualizations: { folders: ['machines', 'visualizations'], packages: [], node: false },
};

/** Files that may import more than their folder, and what. */
const IMPORT_EXCEPTIONS: readonly (readonly [file: RegExp, imports: RegExp])[] = [
  [/^visualizations\/routing\.ts$/, /^elkjs(\/|$)/],
  [/^visualizations\/generate\.ts$/, /^node:/],
  [/^services\/build\.ts$/, /^esbuild$/],
  [/^actors\/agents\/acp\//, /^@agentclientprotocol\/sdk$/],
  [/^services\/[^/]+\.ts$/, /^\.\.\/package\.json$/],
];

/** Programs of their own: the agents that are processes of ours run as child processes. */
const PLAYER = /^actors\/agents\/(scripted-player|(openai|acp)\/bridge)\.ts$/;

/** What of the outside world is touched in a few named places only. */
const RESERVED: readonly { what: string; pattern: RegExp; allowedIn: readonly RegExp[] }[] = [
  {
    what: 'the environment',
    pattern: /\bprocess\s*(\?\.|\.|\[)\s*['"]?env\b|\benv\b[^;=(){]*\}\s*=\s*process\b/,
    allowedIn: [/^services\/config[^/]*\.ts$/, PLAYER],
  },
  {
    what: 'process.exit',
    pattern: /\bprocess\s*(\?\.|\.|\[)\s*['"]?(exit|reallyExit)\b(?!Code)/,
    allowedIn: [/^services\/cli[^/]*(\.ts|\/.*\.ts)$/, PLAYER],
  },
  {
    what: 'git',
    pattern: /\b(spawn|exec|fork)\w*\(\s*(['"`])(?:\S*\/)?git\b/,
    allowedIn: [/^actors\/git-command\.ts$/],
  },
  {
    what: 'the console',
    pattern: /\bconsole\s*(\?\.|\.|\[)/,
    allowedIn: [/^services\/build\.ts$/],
  },
];

/** Everything that is wrong with these sources, one line each; empty when they keep to the architecture. */
export function violationsOf(sources: readonly Source[]): string[] {
  return [
    ...sources.flatMap(wrongImports),
    ...sources.flatMap(reservedUses),
    ...severalExecaImporters(sources),
  ];
}

function wrongImports({ path, text }: Source): string[] {
  return importsOf(text)
    .filter((specifier) => !mayImport(path, specifier))
    .map((specifier) => `${path} may not import ${specifier}`);
}

function mayImport(path: string, specifier: string): boolean {
  const layer = LAYERS[folderOf(path)];
  if (!layer) return false;
  if (IMPORT_EXCEPTIONS.some(([file, what]) => file.test(path) && what.test(specifier)))
    return true;
  if (specifier.startsWith('.')) return layer.folders.includes(folderOf(resolve(path, specifier)));
  if (specifier.startsWith('node:')) return layer.node;
  return layer.packages.includes(packageOf(specifier));
}

function reservedUses({ path, text }: Source): string[] {
  const code = withoutComments(text);
  return RESERVED.filter(
    ({ pattern, allowedIn }) => !allowedIn.some((file) => file.test(path)) && pattern.test(code),
  ).map(({ what }) => `${path} may not use ${what}`);
}

function severalExecaImporters(sources: readonly Source[]): string[] {
  const importers = sources
    .filter(({ text }) => importsOf(text).some((specifier) => packageOf(specifier) === 'execa'))
    .map(({ path }) => path);
  return importers.length > 1 ? [`only one file may import execa: ${importers.join(', ')}`] : [];
}

const IMPORT_FORMS = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\b(?:import|require|createRequire\([^)]*\))\s*\(\s*['"`]([^'"`]+)['"`]/g,
] as const;

/** What a source imports in any form: values, types, for its effects, dynamically, or as a type expression. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  return IMPORT_FORMS.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ''));
}

/** Comments are cut; a `//` inside a string or template is none. */
function withoutComments(text: string): string {
  const stringsAndComments =
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(stringsAndComments, (_, string?: string) => string ?? ' ');
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function packageOf(specifier: string): string {
  const [scope, name] = specifier.split('/');
  return scope?.startsWith('@') ? `${scope}/${name}` : (scope ?? '');
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}
