/** Who said what to whom, as a sequence diagram. */
import { $, svgElement } from './dom.js';
import { messagesOf, PARTIES } from './messages.js';

/** Pixels of the picture, which is shown about as large. */
const COLUMN = 71;
const ROW = 25;
const TOP = 34;

/** Messages that are drawn; of a longer run the last ones up to where it is looked at. */
const SHOWN = 400;

/** Letters of a message that are shown, and how wide one is on average. */
const LETTERS = 58;
const LETTER = 6.2;

export function openSequence(store) {
  let drawn = null;
  return {
    draw() {
      const { transitions, index, current } = store;
      if (drawn === current) return;
      drawn = current;
      draw(messagesOf(transitions.slice(0, index + 1)), store);
      $('sequence').scrollTop = $('sequence').scrollHeight;
    },
  };
}

function draw(all, store) {
  const messages = all.slice(-SHOWN);
  const left = all.length - messages.length;
  const height = TOP + (messages.length + 1) * ROW;
  const svg = $('sequence-chart');
  svg.setAttribute('viewBox', `0 0 ${PARTIES.length * COLUMN} ${height}`);
  svg.replaceChildren(
    ...PARTIES.flatMap((party) => lifeline(party, height)),
    ...messages.map((message, row) => arrow(message, TOP + (row + 1) * ROW, store)),
  );
  $('sequence-note').hidden = left === 0;
  $('sequence-note').textContent = `${left} earlier messages are left out.`;
}

const at = (party) => PARTIES.indexOf(party) * COLUMN + COLUMN / 2;

function lifeline(party, height) {
  const x = at(party);
  return [
    svgElement('line', { class: 'lifeline', x1: x, x2: x, y1: TOP, y2: height }),
    svgElement('text', { class: `party ${party}`, x, y: 20, 'text-anchor': 'middle' }, party),
  ];
}

function arrow(message, y, store) {
  const { from, to, text, seq, tone, isSilent } = message;
  const party = from === 'machine' ? to : from;
  const said = cut(text, LETTERS);
  return svgElement(
    'g',
    {
      class: `message ${party} ${tone}${isSilent ? ' silent' : ''}`,
      onclick: () => store.goToSeq(seq),
    },
    svgElement('title', {}, `${seq}: ${from} → ${to}: ${text}`),
    ...(from === to ? note(from, y) : line(from, to, y)),
    svgElement(
      'text',
      { x: middle((at(from) + at(to)) / 2, said), y: y - 5, 'text-anchor': 'middle' },
      said,
    ),
  );
}

function line(from, to, y) {
  const back = at(to) > at(from) ? -6 : 6;
  const points = `${at(to)},${y} ${at(to) + back},${y - 3} ${at(to) + back},${y + 3}`;
  return [
    svgElement('line', { x1: at(from), x2: at(to), y1: y, y2: y }),
    svgElement('polygon', { points }),
  ];
}

/** What somebody does alone. */
function note(party, y) {
  return [svgElement('circle', { cx: at(party), cy: y, r: 3 })];
}

/** In the middle of its arrow, as far as it stays within the picture: beside it there is nothing. */
function middle(x, text) {
  const half = (text.length * LETTER) / 2;
  return Math.min(Math.max(x, half), Math.max(half, PARTIES.length * COLUMN - half));
}

function cut(text, length) {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
