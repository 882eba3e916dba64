/** What the agents did, line by line: only the lines in sight are in the document, so that there may be many. */
import { GROUPS } from './activity-log.js';
import { $, atMostEvery, clock, element, oncePerFrame } from './dom.js';
import { activityText, attemptText } from './words.js';

/** Pixels of one line; the style sheet has the same. */
const ROW = 22;

/** Lines above and below those in sight. */
const AROUND = 10;

/** Letters of a line that are shown; the whole is shown when it is chosen. */
const LETTERS = 300;

/** Milliseconds between two looks at what has come. */
const REFRESH_MS = 80;

/** A browser makes no element higher than some 33 million pixels; far below that all is well. */
const HIGHEST = 8_000_000;

export function openActivity(store, log) {
  const list = $('activity-list');
  const attempts = new Set();
  let moment = null;

  const redraw = oncePerFrame(() => {
    if (list.clientHeight === 0) return;
    addAttempts(log, attempts);
    moment = goToMoment(store, log, moment);
    drawRows(list, log, store);
  });
  const look = () => {
    const [words, group] = [$('filter').value, $('group').value];
    log.look({ words, group, attempt: $('attempt').value || null });
    redraw();
  };
  $('group').append(...GROUPS.map((group) => element('option', { value: group }, group)));
  $('filter').addEventListener('input', look);
  $('group').addEventListener('change', look);
  $('attempt').addEventListener('change', look);
  $('follow').addEventListener('change', redraw);
  list.addEventListener('scroll', redraw);
  list.addEventListener('wheel', () => {
    $('follow').checked = false;
  });
  list.addEventListener('keydown', ({ key }) => {
    if (/^(Page|Arrow(Up|Down))/.test(key)) $('follow').checked = false;
  });
  new ResizeObserver(redraw).observe(list);
  return { draw: redraw, grown: atMostEvery(REFRESH_MS, redraw) };
}

/** Who looks at an earlier transition sees what the agents did up to then. */
function goToMoment({ current, isFollowing }, log, moment) {
  if (isFollowing || !current) return null;
  if (current !== moment) {
    $('follow').checked = false;
    const list = $('activity-list');
    list.scrollTop = topOf(log, log.countUpTo(current.at)) - list.clientHeight * 0.6;
  }
  return current;
}

/** Height of all lines; of more than a browser can show, each takes less of the way. */
const heightOf = (log) => Math.min(log.shown.length * ROW, HIGHEST);
const topOf = (log, line) => (line / Math.max(log.shown.length, 1)) * heightOf(log);

function drawRows(list, log, { current, isFollowing }) {
  const { shown, all } = log;
  const height = heightOf(log);
  $('activity-space').style.height = `${height}px`;
  if ($('follow').checked) list.scrollTop = list.scrollHeight;
  const inSight = Math.ceil(list.clientHeight / ROW);
  const way = Math.max(1, height - list.clientHeight);
  const top = Math.min(1, list.scrollTop / way) * Math.max(0, shown.length - inSight);
  const first = Math.max(0, Math.floor(top) - AROUND);
  const last = Math.min(shown.length, first + inSight + 2 * AROUND + 1);
  const offset = Math.min(list.scrollTop, way) - (top - first) * ROW;
  $('activity-rows').style.transform = `translateY(${Math.max(0, offset)}px)`;
  const until = isFollowing || !current ? Number.POSITIVE_INFINITY : current.at;
  $('activity-rows').replaceChildren(
    ...shown.slice(first, last).map((line) => rowOf(line, line.at > until)),
  );
  $('activity-count').textContent =
    `${shown.length.toLocaleString('en')} of ${all.length.toLocaleString('en')}`;
}

function addAttempts(log, known) {
  for (const attempt of log.attempts()) {
    if (known.has(attempt)) continue;
    known.add(attempt);
    $('attempt').append(element('option', { value: attempt }, attemptText(attempt)));
  }
}

/** What kind of line it is, in one letter. */
const SIGNS = {
  text: '',
  thinking: '…',
  toolCall: '→',
  toolResult: '←',
  result: '★',
  error: '!',
  retry: '↻',
  usage: 'Σ',
  session: '#',
};

function rowOf(line, isLater) {
  const text = activityText(line);
  const isBad = line.kind === 'toolResult' && !line.ok;
  const names = ['row', line.kind, ...(isBad ? ['bad'] : []), ...(isLater ? ['later'] : [])];
  return element(
    'div',
    { class: names.join(' '), onclick: () => showWhole(line, text) },
    element('time', {}, clock(line.at)),
    element('span', { class: 'attempt' }, attemptText(line.attempt)),
    element('span', { class: 'kind', title: line.kind }, isBad ? '✗' : (SIGNS[line.kind] ?? '')),
    element('span', { class: 'text' }, text.slice(0, LETTERS).replace(/\s+/g, ' ')),
  );
}

function showWhole(line, text) {
  $('activity-whole').hidden = false;
  $('activity-whole').replaceChildren(
    element('h3', {}, `${line.kind} · ${attemptText(line.attempt)} · ${clock(line.at)}`),
    element('pre', { tabindex: 0 }, text),
  );
}
