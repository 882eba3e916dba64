/** The page: a list of runs, or one run that is followed, scrubbed and looked into. It only reads. */
import { openActivity } from './activity.js';
import { openChart } from './chart.js';
import { drawDetails } from './details.js';
import { $, clock, element } from './dom.js';
import { durationText, isEnded, timersOf } from './model.js';
import { drawSequence } from './sequence.js';
import { drawTimeline } from './timeline.js';

const address = new URL(location.href);
address.searchParams.delete('token');
history.replaceState(null, '', address);
const runId = address.searchParams.get('run');

if (runId) await openRun(runId);
else await openList();

async function openList() {
  $('runs').hidden = false;
  const draw = async () => {
    const runs = await ask('/api/runs');
    $('run-list').replaceChildren(...runs.reverse().map(runItem));
  };
  await draw();
  setInterval(() => draw().catch(tell), 2_000);
}

function runItem({
  id,
  task,
  state,
  reason,
  iteration,
  maxIterations,
  updatedAt,
  agents,
  usage,
  isLive,
  problem,
}) {
  const shown =
    state !== null && !isEnded(state) && !isLive ? `${state} (lost)` : (state ?? 'unreadable');
  const facts = [
    reason,
    iteration && `iteration ${iteration}/${maxIterations}`,
    agents && `${agents.worker} → ${agents.auditor}`,
    usage?.costUsd != null && `$${usage.costUsd.toFixed(4)}`,
    updatedAt && `${durationText(Math.max(0, Date.now() - updatedAt))} ago`,
    problem,
  ].filter(Boolean);
  return element(
    'li',
    {},
    element(
      'a',
      { href: `/?run=${id}` },
      element('span', { class: `badge ${state}${isLive ? ' live' : ''}` }, shown),
      element('span', { class: 'task' }, task ?? id),
      element('span', { class: 'figures' }, facts.join(' · ')),
    ),
  );
}

async function openRun(run) {
  $('run').hidden = false;
  const [info, report, chart] = await Promise.all([
    ask('/api/info'),
    ask(`/api/runs/${run}`),
    openChart(),
  ]);
  const transitions = [];
  const activity = openActivity();
  let index = 0;
  let isFollowing = true;
  let isDrawing = false;
  let player = null;

  document.title = `oneshot · ${report.task.slice(0, 60)}`;
  $('run-task').textContent = report.task;
  showFamily(report);

  const choose = (seq) => {
    isFollowing = false;
    goTo(transitions.findIndex((transition) => transition.seq === seq));
  };
  const goTo = (next) => {
    index = Math.min(Math.max(next, 0), transitions.length - 1);
    redraw();
  };
  const live = () => {
    isFollowing = true;
    goTo(transitions.length - 1);
  };
  const step = (by) => {
    isFollowing = false;
    goTo(index + by);
  };
  const play = () => {
    clearInterval(player);
    player =
      player === null
        ? setInterval(() => (index + 1 < transitions.length ? step(1) : play()), 600)
        : null;
    $('play').textContent = player === null ? '▶' : '❚❚';
  };
  const draw = () => {
    isDrawing = false;
    if (transitions.length === 0) return;
    const now = transitions[index];
    const newest = transitions.at(-1);
    chart.show(transitions, index);
    drawTimeline(
      transitions,
      index,
      isEnded(newest.state) ? newest.at : Date.now(),
      activity.all,
      choose,
    );
    drawHistory(transitions, index, choose);
    if (!$('sequence').hidden) drawSequence(transitions, index, choose);
    if (!$('details').hidden) drawDetails(run, transitions, index).catch(tell);
    activity.redraw();
    Object.assign($('scrub'), { max: transitions.length - 1, value: index });
    $('position').textContent = `${index + 1} / ${transitions.length} · ${clock(now.at)}`;
    $('live').setAttribute('aria-pressed', `${isFollowing}`);
    showState(now, transitions[0].at, info.control);
  };
  const redraw = () => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(draw);
  };

  $('scrub').addEventListener('input', () => {
    isFollowing = false;
    goTo(Number($('scrub').value));
  });
  $('live').addEventListener('click', live);
  $('play').addEventListener('click', play);
  document.addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type !== 'range') return;
    const keys = {
      ArrowLeft: () => step(-1),
      ArrowRight: () => step(1),
      ' ': play,
      Home: () => step(-index),
      End: () => step(transitions.length),
      l: live,
      L: live,
      w: widen,
      W: widen,
    };
    const action = keys[event.key];
    if (
      !action ||
      event.target.role === 'tab' ||
      (event.key === ' ' && event.target.tagName === 'BUTTON')
    )
      return;
    event.preventDefault();
    action();
  });
  openTabs(redraw);
  const widen = () =>
    $('wide').setAttribute('aria-pressed', `${document.body.classList.toggle('wide')}`);
  $('wide').addEventListener('click', widen);
  for (const verb of ['stop', 'resume']) {
    $(verb).addEventListener('click', () =>
      ask(`/api/runs/${run}/${verb}`, { method: 'POST' }).catch(tell),
    );
  }

  follow(`/api/runs/${run}/transitions`, 'transition', (transition) => {
    // After a reconnect the server may begin again from the start.
    if (transition.seq < transitions.length) return;
    transitions.push(transition);
    if (isFollowing) index = transitions.length - 1;
    redraw();
  });
  follow(`/api/runs/${run}/activities`, 'activities', activity.add);
  setInterval(() => showTimers(transitions, report.machine, activity), 250);
}

/** Which run it was forked from, and which were forked from it. */
function showFamily({ id, parent, children }) {
  const link = (run, text) => element('a', { href: `/?run=${run}` }, text);
  const kin = [
    ...(parent ? [link(parent.run, `↑ forked at ${parent.seq}`)] : []),
    ...children.map(({ run, seq }) => link(run, `↳ fork at ${seq}`)),
  ];
  $('family').replaceChildren(...kin.flatMap((each) => [each, ' ']));
  $('stately').hidden = false;
  $('stately').href = `/page/stately.html?run=${id}`;
}

function drawHistory(transitions, index, choose) {
  const items = transitions.map(({ seq, at, event, state, reason }, place) =>
    element(
      'li',
      {
        class: `${state}${place === index ? ' current' : ''}`,
        'aria-current': place === index ? 'step' : false,
      },
      element(
        'button',
        { type: 'button', onclick: () => choose(seq) },
        element('time', {}, clock(at)),
        element('span', { class: 'state' }, state),
        element(
          'span',
          { class: 'what' },
          `${event.type.replace(/\.oneshot\..*/, '')}${reason ? ` · ${reason}` : ''}`,
        ),
      ),
    ),
  );
  $('transitions').replaceChildren(...items);
  items[index]?.scrollIntoView({ block: 'nearest' });
}

function showState({ state, at, context, reason }, from, control) {
  const badge = $('run-state');
  badge.hidden = false;
  badge.className = `badge ${state}`;
  badge.textContent = reason ? `${state}: ${reason}` : state;
  const { worker, auditor } = context.usage;
  const cost = (worker.costUsd ?? 0) + (auditor.costUsd ?? 0);
  const isKnown = worker.costUsd !== null || auditor.costUsd !== null;
  $('run-figures').textContent =
    `iteration ${context.iteration}/${context.limits.maxIterations} · ${durationText(at - from)} · ${isKnown ? `$${cost.toFixed(4)}` : 'cost unknown'}`;
  $('stop').hidden = !control || isEnded(state);
  $('resume').hidden = !control || !['interrupted', 'failed'].includes(state);
}

function showTimers(transitions, machine, activity) {
  const newest = transitions.at(-1);
  if (!newest) return;
  const { attempt } = newest.context;
  const name = attempt && `${String(attempt.number).padStart(4, '0')}-${attempt.role}`;
  const timers = timersOf(newest, machine, activity.lastAt(name));
  $('timers').textContent = timers
    .map((timer) => `${timer.name} in ${durationText(Math.max(0, timer.endsAt - Date.now()))}`)
    .join(' · ');
}

function openTabs(redraw) {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const choose = (tab) => {
    for (const each of tabs) {
      each.setAttribute('aria-selected', `${each === tab}`);
      each.tabIndex = each === tab ? 0 : -1;
      $(each.getAttribute('aria-controls')).hidden = each !== tab;
    }
    redraw();
  };
  for (const [place, tab] of tabs.entries()) {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!by) return;
      const next = tabs[(place + by + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  }
  choose(tabs[0]);
}

/** Follows a stream; the browser reconnects by itself and says where to go on. */
function follow(path, name, take) {
  const source = new EventSource(path);
  source.addEventListener(name, ({ data }) => {
    $('problem').hidden = true;
    take(JSON.parse(data));
  });
  source.addEventListener('problem', ({ data }) => {
    source.close();
    tell(new Error(JSON.parse(data).error.message));
  });
  source.addEventListener('error', () => {
    tell(
      new Error(
        'The connection to oneshot is lost. If it was started again, open the address that it prints.',
      ),
    );
  });
  source.addEventListener('open', () => {
    $('problem').hidden = true;
  });
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error.message);
  return body;
}

function tell(error) {
  $('problem').hidden = false;
  $('problem').textContent = error.message;
}
