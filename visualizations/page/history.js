/** Each transition with its time, its event and its reason. Items are made once, since there may be thousands. */
import { $, clock, element } from './dom.js';
import { eventText } from './words.js';

export function openHistory(store) {
  const list = $('transitions');
  let current = null;
  return {
    draw() {
      const { transitions, index } = store;
      for (const each of transitions.slice(list.children.length)) list.append(item(each, store));
      if (current === list.children[index]) return;
      current?.removeAttribute('aria-current');
      current = list.children[index];
      current?.setAttribute('aria-current', 'step');
      if (current) scrollTo(list, current);
    },
  };
}

/** Only the list, not the page that it is in. */
function scrollTo(list, item) {
  const [room, box] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  if (box.top < room.top) list.scrollTop -= room.top - box.top;
  if (box.bottom > room.bottom) list.scrollTop += box.bottom - room.bottom;
}

function item({ seq, at, event, state, reason }, store) {
  const what = `${eventText(event.type)}${reason ? ` · ${reason}` : ''}`;
  return element(
    'li',
    { class: state },
    element(
      'button',
      { type: 'button', title: what, onclick: () => store.goToSeq(seq) },
      element('span', { class: 'seq' }, `${seq}`),
      element('time', {}, clock(at)),
      element('span', { class: 'state' }, state),
      element('span', { class: 'what' }, what),
    ),
  );
}
