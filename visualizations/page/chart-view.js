/**
 * How large the chart is shown, and which part of it: as large as there is room, but never so small that it cannot be
 * read. What does not fit is scrolled to, by hand, or by itself when the run comes there.
 */

import { $ } from './dom.js';

/** The picture's letters have 11 pixels and more; at this scale they can be read well, below it they cannot. */
const READABLE = 1;
const LARGEST = 1.5;
const LIMITS = { least: 0.25, most: 4 };

/** Pixels that stay around what is brought into sight. */
const AROUND = 16;

/** @param {HTMLElement} pane that scrolls @param {SVGSVGElement} svg */
export function openView(pane, svg) {
  const { width, height } = svg.viewBox.baseVal;
  /** @type {'readable' | 'fit' | number} */
  let mode = 'readable';
  let scale = 1;
  let inSight = null;

  const apply = () => {
    scale = scaleOf(mode, pane.clientWidth / width, pane.clientHeight / height);
    svg.setAttribute('width', `${Math.floor(width * scale)}`);
    svg.setAttribute('height', `${Math.floor(height * scale)}`);
  };
  const bringIntoSight = (card) => {
    inSight = card;
    const [box, room] = [card.getBoundingClientRect(), pane.getBoundingClientRect()];
    const by = {
      left: shift(box.left, box.right, room.left, room.left + pane.clientWidth),
      top: shift(box.top, box.bottom, room.top, room.top + pane.clientHeight),
    };
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (by.left || by.top) pane.scrollBy({ ...by, behavior: isCalm ? 'auto' : 'smooth' });
  };
  const zoom = (factor, x = pane.clientWidth / 2, y = pane.clientHeight / 2) => {
    const before = scale;
    mode = Math.min(Math.max(scale * factor, LIMITS.least), LIMITS.most);
    apply();
    const grown = scale / before;
    pane.scrollTo((pane.scrollLeft + x) * grown - x, (pane.scrollTop + y) * grown - y);
  };

  new ResizeObserver(() => {
    apply();
    if (inSight) bringIntoSight(inSight);
  }).observe(pane);
  apply();
  allowDragging(pane);
  allowWheel(pane, zoom);
  const toggleFit = () => {
    mode = mode === 'readable' ? 'fit' : 'readable';
    apply();
    if (inSight) bringIntoSight(inSight);
  };
  $('smaller').addEventListener('click', () => zoom(1 / 1.2));
  $('fit').addEventListener('click', toggleFit);
  $('larger').addEventListener('click', () => zoom(1.2));
  return { bringIntoSight, zoom, toggleFit };
}

/** @param mode as above @param across the scale at which the width fits @param down the same for the height */
function scaleOf(mode, across, down) {
  if (mode === 'fit') return Math.min(across, down);
  if (mode !== 'readable') return mode;
  // A few pixels are not worth a scroll bar.
  const isNearly = across < READABLE && across > READABLE * 0.97;
  return isNearly ? across : Math.min(Math.max(Math.min(across, down), READABLE), LARGEST);
}

/** By how much to scroll so that a stretch lies within another; its beginning counts when it is too long. */
function shift(from, to, begin, end) {
  if (from - AROUND < begin) return from - AROUND - begin;
  return to + AROUND > end ? Math.min(to + AROUND - end, from - AROUND - begin) : 0;
}

function allowDragging(pane) {
  pane.addEventListener('pointermove', ({ buttons, pointerType, movementX, movementY }) => {
    if (buttons === 1 && pointerType === 'mouse') pane.scrollBy(-movementX, -movementY);
  });
}

function allowWheel(pane, zoom) {
  pane.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = pane.getBoundingClientRect();
      zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX - box.left, event.clientY - box.top);
    },
    { passive: false },
  );
}
