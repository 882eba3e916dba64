/** The statechart: the state lit, the way so far traced and counted, its timers counting down. */
import { openView } from './chart-view.js';
import { $, svgElement } from './dom.js';
import { isIn, wayTo } from './way.js';
import { spanText } from './words.js';

/** What a line of the chart says while its timer runs. */
const TIMER_TEXT = {
  inactivity: 'inactivity in',
  attemptCeiling: 'ceiling in',
  retryPause: 'retry in',
  quotaReset: 'reset in',
};

/** Puts the chart into the page; resolves when it is there. */
export async function openChart() {
  const answer = await fetch('/statechart.svg');
  const parsed = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  const svg = document.importNode(parsed.documentElement, true);
  $('chart').replaceChildren(svg);
  const parts = partsOf(svg);
  const view = openView($('chart'), svg);
  let drawn = null;
  return {
    show({ transitions, index, current }) {
      if (drawn === current) return;
      drawn = current;
      show(parts, transitions, index);
      const card = parts.cards.find(({ id }) => id === current.state);
      if (card) view.bringIntoSight(card.node);
    },
    count: (timers, now) => count(svg, timers, now),
    toggleFit: view.toggleFit,
    zoom: view.zoom,
  };
}

/** What of the picture changes with the run. */
function partsOf(svg) {
  const cards = [...svg.querySelectorAll('[id^="state-"]')].map((node) => ({
    node,
    id: node.id.slice('state-'.length).replaceAll('-', '.'),
  }));
  const lines = [...svg.querySelectorAll('text[data-moves]')].map(withMoves);
  const ports = [...svg.querySelectorAll('[id^="state-"] > g[data-moves]')].map(portOf);
  const wires = [...svg.querySelectorAll('[id^="edge-"] .wire')].map((node) => wireOf(node, ports));
  return { svg, cards, lines, ports, wires };
}

function withMoves(node) {
  return { node, moves: node.dataset.moves.split(' ') };
}

/** Where an arrow leaves its card. */
function portOf(node) {
  const path = node.querySelector('.wire');
  const [, left = 0, top = 0] =
    /translate\(([\d.]+) ([\d.]+)\)/
      .exec(node.parentElement.getAttribute('transform'))
      ?.map(Number) ?? [];
  const end = path.getPointAtLength(path.getTotalLength());
  return { ...withMoves(node), x: left + end.x, y: top + end.y, isLeft: end.x < 1 };
}

/** An arrow belongs to the moves of the port that it begins at; one from the frame has its own. */
function wireOf(node, ports) {
  const { x, y } = node.getPointAtLength(0);
  const port = ports.find((each) => Math.hypot(each.x - x, each.y - y) < 1);
  const edge = withMoves(node.parentElement);
  return { node, head: node.nextElementSibling, moves: port?.moves ?? edge.moves };
}

function show({ svg, cards, lines, ports, wires }, transitions, index) {
  const { moves, visits } = wayTo(transitions, index);
  const { value, moves: latest } = transitions[index];
  const mark = ({ node, moves: own }) => {
    node.classList.toggle('taken', takenOf(own, moves) > 0);
    node.classList.toggle(
      'latest',
      own.some((move) => latest.includes(move)),
    );
  };
  for (const { node, id } of cards) {
    node.classList.toggle('current', isIn(value, id));
    node.classList.toggle('visited', visits.has(id.split('.')[0]));
  }
  for (const each of [...lines, ...ports, ...wires]) mark(each);
  for (const { node, head, moves: own } of wires) {
    head?.classList.toggle('taken', takenOf(own, moves) > 0);
    if (takenOf(own, moves) > 0) node.parentElement.append(node, ...(head ? [head] : []));
  }
  for (const old of svg.querySelectorAll('.count')) old.remove();
  for (const port of ports) addCount(svg, port, takenOf(port.moves, moves));
  for (const { node, id } of cards) addVisits(node, id, visits.get(id) ?? 0);
}

function takenOf(own, moves) {
  return own.reduce((sum, move) => sum + (moves.get(move) ?? 0), 0);
}

/** How often an arrow was taken, on its beginning. */
function addCount(svg, { node, x, y, isLeft }, taken) {
  if (taken === 0) return;
  const colour = [...node.classList].find((name) => name.startsWith('to-')) ?? '';
  svg.append(pill(taken, colour, (width) => (isLeft ? x - width - 1 : x + 1), y, 'taken'));
}

/** How often a state was come to, on the upper edge of its card. */
function addVisits(card, id, visits) {
  if (visits === 0) return;
  const right = Number(card.querySelector('.box').getAttribute('width')) - 6;
  card.append(pill(visits, `to-${id}`, (width) => right - width, 0, 'come to'));
}

/** @param {(width: number) => number} leftOf where it begins, by its width */
function pill(times, colour, leftOf, y, verb) {
  const text = `${times}×`;
  const width = 6.5 * text.length + 4;
  const x = leftOf(width);
  return svgElement(
    'g',
    { class: 'count' },
    svgElement('title', {}, `${verb} ${times === 1 ? 'once' : `${times} times`}`),
    svgElement('rect', { class: colour, x, y: y - 6, width, height: 12, rx: 6 }),
    svgElement('text', { x: x + width / 2, y: y + 3.5, 'text-anchor': 'middle' }, text),
  );
}

/** The timers of the state stand where the chart says what they lead to. */
function count(svg, timers, now) {
  const shown = new Map(timers.map((timer) => [lineOf(svg, timer), timer]));
  for (const old of svg.querySelectorAll('text[data-said]')) {
    if (shown.has(old)) continue;
    old.textContent = old.dataset.said;
    delete old.dataset.said;
  }
  for (const [line, { delay, endsAt }] of shown) {
    if (!line) continue;
    line.dataset.said ??= line.textContent;
    const left = spanText(Math.max(0, Math.ceil((endsAt - now) / 1000) * 1000));
    const text = `${TIMER_TEXT[delay] ?? delay} ${left}`;
    if (line.textContent !== text) line.textContent = text;
  }
}

/** An event whose moves have guards has a line of its own above them. */
function lineOf(svg, { delay, state }) {
  const event = delay === 'quotaReset' ? 'xstate.done.actor.' : 'xstate.after.';
  let line = svg.querySelector(`text[data-moves^="${state}/${event}${delay}"]`);
  while (line?.classList.contains('guard')) line = line.previousElementSibling;
  return line;
}
