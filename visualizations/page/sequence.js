/** Who said what to whom, as a sequence diagram. */
import { $, svgElement } from './dom.js';
import { messagesOf, PARTIES } from './model.js';

const COLUMN = 100;
const ROW = 24;
const TOP = 34;

export function drawSequence(transitions, index, choose) {
  const messages = messagesOf(transitions.slice(0, index + 1));
  const height = TOP + (messages.length + 1) * ROW;
  const svg = $('sequence-chart');
  svg.setAttribute('viewBox', `0 0 ${PARTIES.length * COLUMN} ${height}`);
  svg.replaceChildren(
    ...PARTIES.flatMap((party) => lifeline(party, height)),
    ...messages.map((message, row) => arrow(message, TOP + (row + 1) * ROW, choose)),
  );
}

const at = (party) => PARTIES.indexOf(party) * COLUMN + COLUMN / 2;

function lifeline(party, height) {
  return [
    svgElement('line', { class: 'lifeline', x1: at(party), x2: at(party), y1: TOP, y2: height }),
    svgElement(
      'text',
      { class: `party ${party}`, x: at(party), y: 20, 'text-anchor': 'middle' },
      party,
    ),
  ];
}

function arrow({ from, to, text, seq }, y, choose) {
  const head = at(to) > at(from) ? -6 : 6;
  const points = `${at(to)},${y} ${at(to) + head},${y - 3} ${at(to) + head},${y + 3}`;
  return svgElement(
    'g',
    { class: `message ${from === 'machine' ? to : from}`, onclick: () => choose(seq) },
    svgElement('line', { x1: at(from), x2: at(to), y1: y, y2: y }),
    svgElement('polygon', { points }),
    svgElement('text', { x: (at(from) + at(to)) / 2, y: y - 4, 'text-anchor': 'middle' }, text),
  );
}
