/**
 * Time from left to right: what ran when and how it ended, where it was silent, and which moment is looked at. A long
 * rest takes little room.
 */
import { $, svgElement } from './dom.js';
import { barsOf, busySpans, LANES, restsOf } from './spans.js';
import { niceStep, timeScale } from './time-scale.js';
import { attemptName, durationText, isEnded, spanText } from './words.js';

/** Pixels for the names of the lanes. */
const LEFT = 62;
const RIGHT = 12;
const LANE = 11;
const AXIS = 14;

/** Pixels between two ticks, at least. */
const TICK = 90;

/** A sign of life counts for so many pixels, or at least so many milliseconds. */
const QUIET = { pixels: 4, ms: 500 };

export function openTimeline(store, log, drawer) {
  let scale = null;
  const svg = $('bars');
  allowScrubbing(svg, store, (x) => scale?.timeAt(x));
  svg.addEventListener('dblclick', () => drawer.open('tab-history'));
  return {
    /** @param {number} now epoch milliseconds */
    draw(now) {
      const { transitions, newest, current } = store;
      const width = Math.max(280, svg.clientWidth);
      const last = isEnded(newest.state) ? newest.at : Math.max(now, newest.at);
      const whole = { from: transitions[0].at, to: last };
      scale = pixelScale(whole, restsOf(transitions), width);
      const height = LANES.length * LANE + AXIS;
      svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
      svg.replaceChildren(
        ...LANES.flatMap((lane, row) => laneOf(lane, row, width)),
        ...scale.breaks.map(restOf),
        ...barsOf(transitions, last).flatMap((bar) => barWith(bar, scale, log)),
        ...ticksOf(whole, scale, height, width),
        ...cursorOf(scale.x(current === newest ? last : current.at), height),
      );
    },
  };
}

/** A time scale in pixels of the picture. */
function pixelScale(whole, rests, width) {
  const { place, timeAt, breaks } = timeScale(whole, rests);
  const room = width - LEFT - RIGHT;
  return {
    x: (at) => LEFT + room * place(at),
    timeAt: (x) => timeAt(Math.min(Math.max((x - LEFT) / room, 0), 1)),
    breaks: breaks.map((rest) => ({
      ...rest,
      x: LEFT + room * rest.place,
      width: room * rest.width,
    })),
    msPerPixel: (timeAt(1) - timeAt(0)) / room,
  };
}

/** Wherever it is pressed or drawn over, what held at that moment is looked at. */
function allowScrubbing(svg, store, timeAt) {
  const go = ({ clientX }) => {
    const at = timeAt(clientX - svg.getBoundingClientRect().left);
    if (at !== undefined) store.goToTime(at);
  };
  svg.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    svg.setPointerCapture(event.pointerId);
    go(event);
  });
  svg.addEventListener('pointermove', (event) => {
    if (event.buttons === 1) go(event);
  });
}

function laneOf(lane, row, width) {
  const y = row * LANE;
  const box = { x: LEFT, y: y + 1, width: width - LEFT - RIGHT, height: LANE - 2 };
  return [
    svgElement('rect', { class: 'lane', ...box }),
    svgElement('text', { class: 'lane-name', x: LEFT - 6, y: y + 9, 'text-anchor': 'end' }, lane),
  ];
}

/** A bar is pale where its agent was silent. */
function barWith(bar, scale, log) {
  const { lane, attempt, from, to, isOpen, outcome } = bar;
  const box = { y: LANES.indexOf(lane) * LANE + 1, height: LANE - 2, rx: 2 };
  const isAgent = lane === 'worker' || lane === 'auditor';
  const how = outcome?.text ?? (isOpen ? 'going on' : '');
  const title = `${lane} ${attempt ?? ''} · ${durationText(to - from)} · ${how}`;
  const whole = svgElement(
    'rect',
    {
      class: `bar ${lane}${isAgent ? ' quiet' : ''}`,
      x: scale.x(from),
      width: Math.max(2, scale.x(to) - scale.x(from)),
      ...box,
    },
    svgElement('title', {}, isAgent ? `${title}\nPale: no sign of life` : title),
  );
  const busy = isAgent ? busyIn({ lane, attempt, from, to }, scale, log) : [];
  return [
    whole,
    ...busy.map((span) =>
      svgElement('rect', {
        class: `bar busy ${lane}`,
        x: scale.x(span.from),
        width: Math.max(2, scale.x(span.to) - scale.x(span.from)),
        ...box,
      }),
    ),
    ...(outcome?.tone === 'bad' ? [badEnd(scale.x(to), box)] : []),
  ];
}

function busyIn({ lane, attempt, from, to }, scale, log) {
  const signs = log.signsOf(attemptName({ number: attempt, role: lane }));
  const quiet = Math.max(QUIET.ms, QUIET.pixels * scale.msPerPixel);
  return busySpans(signs, { from, to }, quiet);
}

function badEnd(x, { y, height }) {
  return svgElement('rect', { class: 'bad-end', x: x - 2, y, width: 3, height });
}

function restOf({ x, width, from, to }) {
  const title = svgElement('title', {}, `nothing ran for ${durationText(to - from)}`);
  return svgElement('rect', { class: 'rest', x, y: 1, width, height: LANES.length * LANE }, title);
}

/** Where ticks would lie on each other, after a shortened rest, the later one is left out. */
function ticksOf({ from, to }, scale, height, width) {
  const rested = scale.breaks.reduce((sum, rest) => sum + rest.to - rest.from, 0);
  const step = niceStep(Math.max(to - from - rested, 1), (width - LEFT - RIGHT) / TICK);
  const ticks = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let at = from; at <= to && ticks.length < 60; at += step) {
    const x = scale.x(at);
    if (x - last < TICK / 2 || x > width - RIGHT - 14) continue;
    last = x;
    const text = at === from ? '0s' : spanText(at - from);
    ticks.push(
      svgElement('text', { class: 'tick', x, y: height - 3, 'text-anchor': 'middle' }, text),
    );
  }
  return ticks;
}

function cursorOf(x, height) {
  return [
    svgElement('line', { class: 'cursor', x1: x, x2: x, y1: 0, y2: height - AXIS + 2 }),
    svgElement('circle', { class: 'cursor', cx: x, cy: 3, r: 3 }),
  ];
}
