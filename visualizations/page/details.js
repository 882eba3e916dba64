/** One transition in full: its event, what it changed, the texts of its attempt, and the snapshot that it led to. */
import { $, clock, element } from './dom.js';
import { differences } from './model.js';

/** The texts of an attempt that a person wants to read. */
const SHOWN = /^(prompt|result|feedback|salvage)\.md$|stderr$|^check-/;

/** Bytes of a text that are shown. */
const TEXT_LIMIT = 20_000;

export async function drawDetails(run, transitions, index) {
  const now = transitions[index];
  const changes = differences(transitions[index - 1]?.context ?? {}, now.context);
  const texts = element('div', { class: 'texts' });
  $('details').replaceChildren(
    element('h2', {}, `${now.seq} · ${now.event.type}`),
    element('p', {}, `${clock(now.at)} → ${now.state}${now.reason ? ` (${now.reason})` : ''}`),
    element('h3', {}, 'What changed'),
    element('table', {}, ...changes.map(changeRow)),
    folded('Event', now.event),
    folded('Context', now.context),
    texts,
  );
  const name = attemptName(now.context.attempt);
  if (name) texts.replaceChildren(...(await textsOf(run, name)));
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
  const pre = element('pre', {}, JSON.stringify(value, null, 2));
  return element('details', {}, element('summary', {}, title), pre);
}

function short(value) {
  const text =
    value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

function attemptName(attempt) {
  return attempt ? `${String(attempt.number).padStart(4, '0')}-${attempt.role}` : null;
}

async function textsOf(run, name) {
  const answer = await fetch(`/api/runs/${run}/attempts`);
  const there = answer.ok ? await answer.json() : [];
  const own = there.filter(
    ({ attempt, file, bytes }) => attempt === name && SHOWN.test(file) && bytes > 0,
  );
  return Promise.all(own.map(({ file }) => textOf(run, name, file)));
}

async function textOf(run, name, file) {
  const answer = await fetch(
    `/api/runs/${run}/attempts/${name}/${file}?from=0&bytes=${TEXT_LIMIT}`,
  );
  const text = await answer.text();
  return element(
    'details',
    {},
    element('summary', {}, `${name}/${file}`),
    element('pre', {}, text),
  );
}
