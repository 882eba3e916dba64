/** The list of runs: where each is, how far, how old, by whom and for how much. */
import { ask } from './api.js';
import { $, element, tell } from './dom.js';
import { agoText, evidenceText, isEnded, moneyText, protectedText } from './words.js';

const REFRESH_MS = 2_000;

export async function openRuns() {
  $('runs').hidden = false;
  await draw();
  setInterval(() => {
    if (document.visibilityState === 'visible') draw().then(() => tell(null), lost);
  }, REFRESH_MS);
}

async function draw() {
  const [{ now }, runs] = await Promise.all([ask('/api/info'), ask('/api/runs')]);
  $('run-list').replaceChildren(...runs.reverse().map((run) => item(run, now)));
  $('no-runs').hidden = runs.length > 0;
}

function lost(error) {
  const isRefused = 'status' in error;
  tell(isRefused ? error.message : 'The server has gone. Trying again …');
}

function item({ id, task, state, isLive, parent, ...run }, now) {
  const isLost = state !== null && !isEnded(state) && !isLive;
  const shown = isLost
    ? `${state} (lost)`
    : state
      ? `${state}${evidenceText(run.evidence)}`
      : 'unreadable';
  return element(
    'li',
    {},
    element(
      'a',
      { href: `/?run=${id}` },
      element(
        'span',
        { class: `badge ${state}${isLive ? ' live' : ''}`, title: run.evidence ?? '' },
        shown,
      ),
      element('span', { class: 'task' }, task ?? id),
      element('span', { class: 'flag' }, protectedText(run.protectedChanges)),
      element('span', { class: 'figures' }, facts({ ...run, parent }, now)),
    ),
  );
}

function facts(
  { reason, iteration, maxIterations, agents, usage, updatedAt, parent, problem },
  now,
) {
  return [
    parent && 'fork',
    reason,
    iteration && `iteration ${iteration}/${maxIterations}`,
    agents && `${agents.worker} → ${agents.auditor}`,
    usage?.costUsd != null && moneyText(usage.costUsd),
    updatedAt && agoText(now - updatedAt),
    problem,
  ]
    .filter(Boolean)
    .join(' · ');
}
