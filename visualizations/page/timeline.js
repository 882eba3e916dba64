/** Time from left to right: what ran when, and which transition is looked at. */
import { $, svgElement } from './dom.js';
import { barsOf, durationText, LANES } from './model.js';

/** Pixels for the names of the lanes. */
const LEFT = 70;
const LANE = 15;

/**
 * @param signs what the agents did, `{at, attempt}`: where there is none, there was silence
 * @param choose is called with the seq of a bar that was clicked
 */
export function drawTimeline(transitions, index, now, signs, choose) {
  const width = Math.max(320, $('bars').clientWidth);
  const first = transitions[0].at;
  const last = Math.max(now, transitions.at(-1).at, first + 1);
  const x = (at) => LEFT + ((width - LEFT - 10) * (at - first)) / (last - first);
  const height = LANES.length * LANE + 20;
  const svg = $('bars');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.replaceChildren(
    ...LANES.flatMap((lane, row) => laneOf(lane, row, width)),
    ...barsOf(transitions, last).map((bar) => barOf(bar, x, choose)),
    ...signsOf(signs, x),
    ...ticksOf(first, last, x, height),
    svgElement('line', {
      class: 'cursor',
      x1: x(transitions[index].at),
      x2: x(transitions[index].at),
      y1: 0,
      y2: height - 14,
    }),
  );
}

/** One mark for each pixel in which an agent did something. */
function signsOf(signs, x) {
  const marks = new Set(
    signs.map(({ at, attempt }) => `${attempt.replace(/^\d+-/, '')} ${Math.round(x(at))}`),
  );
  return [...marks].map((mark) => {
    const [role, left] = mark.split(' ');
    const y = LANES.indexOf(role) * LANE + LANE - 5;
    return svgElement('rect', { class: 'sign', x: left, y, width: 1, height: 3 });
  });
}

function laneOf(lane, row, width) {
  const y = row * LANE;
  return [
    svgElement('rect', {
      class: 'lane',
      x: LEFT,
      y: y + 1,
      width: width - LEFT - 10,
      height: LANE - 2,
    }),
    svgElement('text', { class: 'lane-name', x: LEFT - 6, y: y + 11, 'text-anchor': 'end' }, lane),
  ];
}

function barOf({ lane, attempt, from, to, seq, isOpen }, x, choose) {
  const y = LANES.indexOf(lane) * LANE + 2;
  const length = Math.max(2, x(to) - x(from));
  const title = `${lane} ${attempt ?? ''}: ${durationText(to - from)}${isOpen ? ', going on' : ''}`;
  return svgElement(
    'rect',
    {
      class: `bar ${lane}${isOpen ? ' open' : ''}`,
      x: x(from),
      y,
      width: length,
      height: LANE - 4,
      rx: 2,
      onclick: () => choose(seq),
    },
    svgElement('title', {}, title),
  );
}

function ticksOf(first, last, x, height) {
  const step = niceStep((last - first) / 8);
  const ticks = [];
  for (let at = 0; at <= last - first; at += step) {
    ticks.push(
      svgElement(
        'text',
        { class: 'tick', x: x(first + at), y: height - 3, 'text-anchor': 'middle' },
        durationText(at),
      ),
    );
  }
  return ticks;
}

function niceStep(ms) {
  const steps = [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5, 36e5, 144e5, 864e5];
  return steps.find((step) => step >= ms) ?? 864e5;
}
