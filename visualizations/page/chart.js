/** The statechart: the state lit, the way so far traced and counted, pan and zoom. */
import { $, svgElement } from './dom.js';
import { wayTo } from './model.js';

/** Puts the chart into the page; resolves when it is there. */
export async function openChart() {
  const answer = await fetch('/statechart.svg');
  const parsed = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  const svg = document.importNode(parsed.documentElement, true);
  $('chart').replaceChildren(svg);
  const view = svg.viewBox.baseVal;
  const whole = { x: view.x, y: view.y, width: view.width, height: view.height };
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  allowPanAndZoom(svg, view, whole);
  return { show: (transitions, index) => show(svg, transitions, index) };
}

function show(svg, transitions, index) {
  const { moves, states } = wayTo(transitions, index);
  const now = transitions[index];
  for (const card of svg.querySelectorAll('[id^="state-"]')) {
    const id = card.id.slice('state-'.length);
    card.classList.toggle('current', isIn(now.value, id));
    card.classList.toggle('visited', states.has(id));
  }
  for (const old of svg.querySelectorAll('.count')) old.remove();
  for (const edge of svg.querySelectorAll('[id^="edge-"]')) markEdge(edge, moves, now.moves);
}

function markEdge(edge, moves, latest) {
  const own = (edge.dataset.moves ?? '').split(' ');
  const count = own.reduce((sum, move) => sum + (moves.get(move) ?? 0), 0);
  edge.classList.toggle('taken', count > 0);
  edge.classList.toggle(
    'latest',
    own.some((move) => latest.includes(move)),
  );
  const wire = edge.querySelector('.wire');
  if (count === 0 || !wire) return;
  const end = wire.getPointAtLength(Math.max(0, wire.getTotalLength() - 12));
  edge.append(
    svgElement(
      'text',
      { class: 'count', x: end.x, y: end.y - 5, 'text-anchor': 'middle' },
      `${count}×`,
    ),
  );
}

/** `recoveryPending.examining` is in `{recoveryPending: 'examining'}`, and so is `recoveryPending`. */
function isIn(value, id) {
  if (typeof value === 'string') return value === id;
  return Object.entries(value).some(
    ([parent, child]) =>
      parent === id || (id.startsWith(`${parent}.`) && isIn(child, id.slice(parent.length + 1))),
  );
}

function allowPanAndZoom(svg, view, whole) {
  const reset = () => Object.assign(view, whole);
  svg.addEventListener('dblclick', reset);
  svg.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const factor = event.deltaY > 0 ? 1.15 : 1 / 1.15;
      const box = svg.getBoundingClientRect();
      const x = view.x + (view.width * (event.clientX - box.left)) / box.width;
      const y = view.y + (view.height * (event.clientY - box.top)) / box.height;
      Object.assign(view, {
        x: x - (x - view.x) * factor,
        y: y - (y - view.y) * factor,
        width: view.width * factor,
        height: view.height * factor,
      });
    },
    { passive: false },
  );
  svg.addEventListener('pointermove', (event) => {
    if (event.buttons !== 1) return;
    const scale = view.width / svg.getBoundingClientRect().width;
    view.x -= event.movementX * scale;
    view.y -= event.movementY * scale;
  });
}
