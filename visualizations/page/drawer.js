/** The tabs and the drawer that they open: closed at first where the chart needs the room, and open where there is enough. */
import { $ } from './dom.js';

/** What is drawn for each tab. */
const VIEWS = {
  'tab-history': ['history', 'details'],
  'tab-activity': ['activity'],
  'tab-sequence': ['sequence'],
};

/** Width of a window in pixels that has room for the whole chart and the drawer. */
const WIDE = 1_720;

/** Up to this width the drawer is always there, below the chart. */
const NARROW = 800;

export function openDrawer(redraw) {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  let shown = null;

  const choose = (tab) => {
    shown = tab;
    for (const each of tabs) {
      each.setAttribute('aria-selected', `${each === tab}`);
      each.tabIndex = each === (tab ?? tabs[0]) ? 0 : -1;
      $(each.getAttribute('aria-controls')).hidden = each !== tab;
    }
    document.body.classList.toggle('open', tab !== null);
    redraw();
  };
  for (const [place, tab] of tabs.entries()) {
    tab.addEventListener('click', () => {
      // Below the chart there is nothing to win by closing it.
      const canClose = tab === shown && innerWidth > NARROW;
      choose(canClose ? null : tab);
    });
    tab.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      const next = tabs[(place + by + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  }
  $('close').addEventListener('click', () => choose(null));
  choose(innerWidth >= WIDE || innerWidth <= NARROW ? tabs[0] : null);
  return {
    /** Names of the views that can be seen. */
    shown: () => VIEWS[shown?.id] ?? [],
    open: (id) => {
      if (shown?.id !== id) choose($(id));
    },
    toggle: () => choose(shown ? null : tabs[0]),
  };
}
