/** What is the matter with the run, in one line, and what may be done about it. */
import { ask } from './api.js';
import { $, element, tell } from './dom.js';
import {
  durationText,
  evidenceText,
  isEnded,
  moneyText,
  protectedText,
  spanText,
  words,
} from './words.js';

const SHORT = { attemptCeiling: 'attempt ends', quotaReset: 'usage limit ends' };

/** @param report what the server says of the run @param control whether the page may stop and resume it */
export function openHeader(report, control) {
  let isAllowed = control;
  $('run-task').textContent = report.task;
  $('run-task').title = report.task;
  showFamily(report);
  for (const verb of ['stop', 'resume']) {
    $(verb).addEventListener('click', () =>
      ask(`/api/runs/${report.id}/${verb}`, { method: 'POST' }).catch((error) =>
        tell(error.message),
      ),
    );
  }
  return {
    show: ({ current, newest }) => {
      showState(current);
      document.title = `${newest.state} · ${report.task.slice(0, 60)}`;
      $('stop').hidden = !isAllowed || isEnded(newest.state);
      $('resume').hidden = !isAllowed || !['interrupted', 'failed'].includes(newest.state);
    },
    allow(given) {
      isAllowed = given;
    },
    /** @param {number} now epoch milliseconds */
    count(timers, { transitions, current, newest }, now) {
      const goesOn = current === newest && !isEnded(newest.state);
      const until = goesOn ? Math.max(now, newest.at) : current.at;
      $('run-figures').textContent = figures(current, until - transitions[0].at);
      $('timers').textContent = timers
        .map((timer) => `${SHORT[timer.delay] ?? words(timer.delay)} in ${left(timer, now)}`)
        .join(' · ');
    },
  };
}

function left({ endsAt }, now) {
  return spanText(Math.max(0, Math.ceil((endsAt - now) / 1000) * 1000));
}

function showState({ state, reason, evidence, context }) {
  const badge = $('run-state');
  badge.hidden = false;
  badge.className = `badge ${state}`;
  badge.textContent = `${reason ? `${state}: ${reason}` : state}${evidenceText(evidence)}`;
  badge.title = evidence ?? '';
  const flag = $('run-flag');
  flag.textContent = protectedText(context.protectedChanges);
  flag.title = flag.textContent;
  flag.hidden = flag.textContent === '';
}

function figures({ context }, lasted) {
  const { worker, auditor } = context.usage;
  const isKnown = worker.costUsd !== null || auditor.costUsd !== null;
  const cost = (worker.costUsd ?? 0) + (auditor.costUsd ?? 0);
  return [
    `iteration ${context.iteration}/${context.limits.maxIterations}`,
    durationText(lasted),
    ...(isKnown ? [moneyText(cost)] : []),
  ].join(' · ');
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
