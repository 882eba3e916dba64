/** What the agents did, line by line: only the lines in sight are in the document, so that there may be many. */
import { $, clock, element } from './dom.js';
import { activityText } from './model.js';

/** Pixels of one line; the style sheet has the same. */
const ROW = 22;

export function openActivity() {
  const all = [];
  let shown = all;
  let isDrawing = false;

  const matches = (line) => {
    const words = $('filter').value.trim().toLowerCase();
    return (
      words === '' ||
      `${line.kind} ${line.attempt} ${activityText(line)}`.toLowerCase().includes(words)
    );
  };
  const draw = () => {
    isDrawing = false;
    const list = $('activity-list');
    $('activity-space').style.height = `${shown.length * ROW}px`;
    if ($('follow').checked) list.scrollTop = list.scrollHeight;
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 10);
    const last = Math.min(shown.length, first + Math.ceil(list.clientHeight / ROW) + 20);
    $('activity-rows').style.transform = `translateY(${first * ROW}px)`;
    $('activity-rows').replaceChildren(...shown.slice(first, last).map(rowOf));
    $('activity-count').textContent =
      `${shown.length.toLocaleString()} of ${all.length.toLocaleString()}`;
  };
  const redraw = () => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(draw);
  };
  $('filter').addEventListener('input', () => {
    shown = $('filter').value.trim() === '' ? all : all.filter(matches);
    redraw();
  });
  $('activity-list').addEventListener('scroll', redraw);
  $('activity-list').addEventListener('wheel', () => {
    $('follow').checked = false;
  });
  $('follow').addEventListener('change', redraw);

  return {
    add(lines) {
      for (const line of lines) {
        all.push(line);
        if (shown !== all && matches(line)) shown.push(line);
      }
      redraw();
    },
    redraw,
    all,
    /** When an agent last did anything, up to a moment. */
    lastAt: (attempt) => all.findLast((line) => line.attempt === attempt)?.at ?? null,
  };
}

function rowOf(line) {
  const text = activityText(line).replace(/\s+/g, ' ').slice(0, 500);
  return element(
    'div',
    { class: `row ${line.kind}`, title: text },
    element('time', {}, clock(line.at)),
    element('span', { class: 'attempt' }, line.attempt),
    element('span', { class: 'kind' }, line.kind),
    element('span', { class: 'text' }, text),
  );
}
