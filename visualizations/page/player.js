/** Back and forth through the run: the scrubber, the keys, and playing it by itself. */
import { $, clock } from './dom.js';
import { restOn } from './store.js';
import { eventText } from './words.js';

export function openPlayer(store, { chart, drawer }) {
  const player = createPlayback(store);
  const look = (move) => () => {
    player.stop();
    move();
  };
  const keys = {
    ArrowLeft: look(() => store.step(-1)),
    ArrowRight: look(() => store.step(1)),
    Home: look(() => store.goTo(0)),
    End: look(() => store.goTo(store.transitions.length - 1)),
    ' ': player.toggle,
    l: look(store.follow),
    f: chart.toggleFit,
    d: drawer.toggle,
    '+': () => chart.zoom(1.2),
    '-': () => chart.zoom(1 / 1.2),
  };
  document.addEventListener('keydown', (event) => {
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || isForOthers(event)) return;
    event.preventDefault();
    action();
  });
  $('play').addEventListener('click', player.toggle);
  $('live').addEventListener('click', keys.l);
  $('scrub').addEventListener('input', () => look(() => store.goTo(Number($('scrub').value)))());
  return { show: () => show(store) };
}

/** What is typed into a field, and the space on what it presses anyway. */
function isForOthers({ key, target }) {
  if (target.matches('select, textarea')) return true;
  if (target.matches('input')) return target.type !== 'range';
  return key === ' ' && target.matches('button, a, summary, [role="tab"]');
}

function createPlayback(store) {
  let timer = null;
  const show = () => {
    $('play').textContent = timer === null ? '▶' : '❚❚';
    $('play').setAttribute('aria-label', timer === null ? 'Play' : 'Pause');
  };
  const stop = () => {
    clearTimeout(timer);
    timer = null;
    show();
  };
  const next = () => {
    if (store.index >= store.transitions.length - 1) return stop();
    store.step(1);
    timer = setTimeout(next, restOn(store.transitions, store.index));
  };
  const toggle = () => {
    if (timer !== null) return stop();
    // At the end it begins again.
    const isAtEnd = store.index >= store.transitions.length - 1;
    store.goTo(isAtEnd ? 0 : store.index);
    timer = setTimeout(next, restOn(store.transitions, store.index));
    show();
  };
  return { stop, toggle };
}

function show({ transitions, index, current, isFollowing }) {
  Object.assign($('scrub'), { max: transitions.length - 1, value: index });
  $('scrub').setAttribute('aria-valuetext', `${current.seq}: ${current.state}`);
  $('position').textContent = `${index + 1} / ${transitions.length} · ${clock(current.at)}`;
  $('caption').textContent = `${eventText(current.event.type)} → ${current.state}`;
  $('live').setAttribute('aria-pressed', `${isFollowing}`);
}
