/**
 * The style sheet of the picture, for light and dark. Each colour is said twice, as it is and as a variable: a page
 * that shows the picture may set the variables, and viewers without variables take the plain colour.
 */
import { FONT_SIZE } from './geometry.ts';

interface Palette {
  readonly page: string;
  readonly frame: string;
  readonly card: string;
  readonly nested: string;
  readonly panel: string;
  readonly border: string;
  readonly text: string;
  readonly faint: string;
}

const LIGHT: Palette = {
  page: '#f6f7f9',
  frame: '#c3c9d2',
  card: '#ffffff',
  nested: '#f3f5f8',
  panel: '#eceff3',
  border: '#ccd2da',
  text: '#1b2129',
  faint: '#5a6472',
};

const DARK: Palette = {
  page: '#12161c',
  frame: '#38424f',
  card: '#1c222b',
  nested: '#232b36',
  panel: '#171c24',
  border: '#38424f',
  text: '#e4e9f0',
  faint: '#9aa6b5',
};

/** The colour of each state and of the arrows that lead to it: in light and in dark. */
const STATE_COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  created: ['#5c6b80', '#94a3b8'],
  workerExecuting: ['#2563eb', '#6ea0ff'],
  recoveryPending: ['#a85803', '#f0a441'],
  checksExecuting: ['#0b7a6d', '#3fcabb'],
  auditPending: ['#7c4fe0', '#b197fc'],
  auditorExecuting: ['#a5259c', '#ea86e0'],
  reiterationPending: ['#0878a6', '#4fc3ee'],
  waitingForQuota: ['#7a7112', '#cfc24f'],
  interrupted: ['#57606c', '#a7b1bf'],
  failed: ['#cf2323', '#ff7d7d'],
  completed: ['#147a36', '#57d183'],
  rejected: ['#b3174e', '#ff86a9'],
};

const MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

export function styleSheet(): string {
  return [
    `.statechart { ${variables(0)} }`,
    `@media (prefers-color-scheme: dark) { .statechart { ${variables(1)} } }`,
    ...shapes(),
    ...texts(),
    ...Object.keys(STATE_COLOURS).map(
      (state) => `.to-${state} { ${paint('stroke', state)} ${paint('fill', state)} }`,
    ),
  ].join('\n');
}

/** Whether the state has a colour of its own; arrows to one without are as dark as the text. */
export function hasColour(state: string): boolean {
  return state in STATE_COLOURS;
}

function shapes(): string[] {
  return [
    `.page { ${paint('fill', 'page')} }`,
    `.frame { fill: none; ${paint('stroke', 'frame')} stroke-width: 1.2; }`,
    `.box { ${paint('fill', 'card')} ${paint('stroke', 'border')} }`,
    `.nested { ${paint('fill', 'nested')} ${paint('stroke', 'border')} }`,
    `.panel { ${paint('fill', 'panel')} ${paint('stroke', 'border')} }`,
    `.final-ring { fill: none; ${paint('stroke', 'border')} }`,
    `.casing { fill: none; ${paint('stroke', 'page')} stroke-width: 4.5; }`,
    '.accent { fill: none; stroke-width: 3; stroke-linecap: round; }',
    '.wire { fill: none; stroke-width: 1.5; stroke-linejoin: round; }',
    '.head, .start { stroke: none; }',
  ];
}

function texts(): string[] {
  const { title, description, invoke, event, guard, note, legend, heading } = FONT_SIZE;
  const text = paint('fill', 'text');
  const faint = paint('fill', 'faint');
  return [
    `.title { font: 600 ${title}px ${MONO}; ${text} }`,
    `.description { font: ${description}px ${SANS}; ${faint} }`,
    `.invoke { font: ${invoke}px ${SANS}; ${text} }`,
    `.event { font: 600 ${event}px ${MONO}; ${text} }`,
    `.guard { font: ${guard}px ${MONO}; ${text} }`,
    `.note { font: ${note}px ${MONO}; ${faint} }`,
    `.legend { font: ${legend}px ${SANS}; ${text} }`,
    `.heading { font: 600 ${heading}px ${SANS}; ${text} }`,
  ];
}

function variables(scheme: 0 | 1): string {
  const palette = Object.entries(scheme === 0 ? LIGHT : DARK);
  const states = Object.entries(STATE_COLOURS).map(([state, colours]) => [state, colours[scheme]]);
  return [...palette, ...states].map(([name, colour]) => `--${name}: ${colour};`).join(' ');
}

function paint(property: 'fill' | 'stroke', name: string): string {
  const plain = Object.entries(LIGHT).find(([key]) => key === name)?.[1];
  const colour = plain ?? STATE_COLOURS[name]?.[0] ?? LIGHT.text;
  return `${property}: ${colour}; ${property}: var(--${name}, ${colour});`;
}
