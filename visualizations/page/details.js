/** One transition in full: its event, what it changed, the texts of its attempt, and the snapshot that it led to. */
import { differences } from './differences.js';
import { $, clock, element } from './dom.js';
import { attemptName, eventText, statePath } from './words.js';

/** The texts of an attempt that a person wants to read. */
const SHOWN = /^(prompt|result|feedback|salvage)\.md$|stderr$|^checks-/;

/** Bytes of a text that are shown. */
const TEXT_LIMIT = 20_000;

export function openDetails(run, store) {
  let drawn = null;
  return {
    draw() {
      const { transitions, index, current } = store;
      if (drawn === current) return;
      drawn = current;
      show(run, current, transitions[index - 1]);
    },
  };
}

function show(run, now, before) {
  const { context, event, value } = now;
  const texts = element('div', { class: 'texts' });
  $('details').replaceChildren(
    element('h2', {}, `${now.seq} · ${eventText(event.type)}`),
    element(
      'p',
      {},
      `${clock(now.at)} → ${statePath(value)}${now.reason ? ` (${now.reason})` : ''}`,
    ),
    texts,
    element('h3', {}, 'What changed'),
    element('table', {}, ...differences(before?.context ?? {}, context).map(changeRow)),
    folded('Event', event),
    folded('Snapshot', { value, context }),
  );
  const attempt = context.attempt ?? before?.context.attempt;
  if (attempt) addTexts(run, attemptName(attempt), texts).catch(() => undefined);
}

function changeRow({ path, before, after }) {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, path),
    element('td', { class: 'before' }, short(before)),
    element('td', { class: 'after' }, short(after)),
  );
}

function folded(title, value) {
  const pre = element('pre', { tabindex: 0 }, JSON.stringify(value, null, 2));
  return element('details', {}, element('summary', {}, title), pre);
}

function short(value) {
  if (value === undefined) return '–';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

async function addTexts(run, name, texts) {
  const answer = await fetch(`/api/runs/${run}/attempts`);
  const there = answer.ok ? await answer.json() : [];
  const own = there.filter(
    ({ attempt, file, bytes }) => attempt === name && SHOWN.test(file) && bytes > 0,
  );
  texts.replaceChildren(...own.map((text) => textOf(run, text)));
}

/** Fetched when somebody wants to read it. */
function textOf(run, { attempt, file, bytes }) {
  const pre = element('pre', { tabindex: 0 });
  const more = bytes > TEXT_LIMIT ? `, the first ${TEXT_LIMIT / 1000} kB of ${bytes} bytes` : '';
  const load = async () => {
    if (pre.textContent !== '') return;
    const path = `/api/runs/${run}/attempts/${attempt}/${file}?from=0&bytes=${TEXT_LIMIT}`;
    const answer = await fetch(path);
    pre.textContent = answer.ok ? await answer.text() : 'It cannot be read.';
  };
  return element(
    'details',
    { ontoggle: load },
    element('summary', {}, `${attempt}/${file}${more}`),
    pre,
  );
}
