/** One run: what comes of it is kept in a store, and everything that is shown is drawn from there. */
import { openActivity } from './activity.js';
import { createActivityLog } from './activity-log.js';
import { ask, follow, serverClock } from './api.js';
import { openChart } from './chart.js';
import { openDetails } from './details.js';
import { oncePerFrame, tell } from './dom.js';
import { openDrawer } from './drawer.js';
import { openHeader } from './header.js';
import { openHistory } from './history.js';
import { openPlayer } from './player.js';
import { openSequence } from './sequence.js';
import { createStore } from './store.js';
import { openTimeline } from './timeline.js';
import { timersOf } from './timers.js';
import { attemptName } from './words.js';

/** Milliseconds between two looks at the clock. */
const TICK_MS = 250;

export async function openRun(id) {
  document.getElementById('run').hidden = false;
  const store = createStore();
  const log = createActivityLog();
  const [info, report, chart] = await Promise.all([
    ask('/api/info'),
    ask(`/api/runs/${id}`),
    openChart(),
  ]);
  let now = serverClock(info);

  const draw = oncePerFrame(() => {
    if (!store.current) return;
    chart.show(store);
    header.show(store);
    player.show();
    for (const name of drawer.shown()) views[name].draw();
    tick();
  });
  // What moves with the clock and with each sign of life, of which there may be thousands in a second.
  const tick = () => {
    if (document.hidden || !store.current) return;
    const timers = runningTimers(store, log);
    chart.count(timers, now());
    header.count(timers, store, now());
    timeline.draw(now());
  };
  const header = openHeader(report, info.control);
  const drawer = openDrawer(draw);
  const timeline = openTimeline(store, log, drawer);
  const activity = openActivity(store, log);
  const views = {
    history: openHistory(store),
    details: openDetails(id, store),
    sequence: openSequence(store),
    activity,
  };
  const player = openPlayer(store, { chart, drawer });
  store.subscribe(draw);

  followRun(id, { store, log, activity }, (fresh) => {
    if (fresh.version !== info.version) location.reload();
    now = serverClock(fresh);
    header.allow(fresh.control);
  });
  setInterval(tick, TICK_MS);
  addEventListener('resize', draw);
}

/** Those of the newest state, while that is looked at. */
function runningTimers({ transitions, index, newest }, log) {
  if (index !== transitions.length - 1) return [];
  const { attempt } = newest.context;
  const sign = attempt ? log.lastSignAt(attemptName(attempt), Number.POSITIVE_INFINITY) : null;
  return timersOf(transitions, index, sign);
}

/**
 * What comes of the run, for as long as somebody can see the page: a browser has few connections for one server, and
 * pages that nobody sees must not take them all.
 */
function followRun(id, { store, log, activity }, renew) {
  let isLost = false;
  const told = {
    open() {
      if (!isLost) return;
      isLost = false;
      tell(null);
      ask('/api/info').then(renew, () => undefined);
    },
    lost() {
      isLost = true;
      explain();
    },
    problem: tell,
  };
  const takers = {
    transition: store.add,
    activities(lines) {
      log.add(lines);
      activity.grown();
    },
  };
  const stream = follow(`/api/runs/${id}/events`, takers, told);
  document.addEventListener('visibilitychange', () => {
    document.hidden ? stream.pause() : stream.resume();
  });
}

/** A server that has gone may come again; one that refuses says why. */
function explain() {
  ask('/api/info').then(
    () => undefined,
    (error) =>
      tell(
        'status' in error
          ? error.message
          : 'The server has gone. The page goes on when it is started again: oneshot inspect',
      ),
  );
}
