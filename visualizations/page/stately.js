/** Shows a run in Stately's hosted inspector: nothing leaves this page before the button is pressed. */

const INSPECTOR = 'https://stately.ai/inspect';

/** The inspector may answer from a host of its own. */
const STATELY = /^https:\/\/([\w-]+\.)*stately\.ai$/;

const run = new URLSearchParams(location.search).get('run') ?? '';
const frame = document.getElementById('inspector');
const consent = document.getElementById('consent');
const status = document.getElementById('status');

// The token is in the cookie now; in the address it would stay in the browser's history.
history.replaceState(null, '', `${location.pathname}?run=${encodeURIComponent(run)}`);
document.getElementById('run').textContent = run ? `the run ${run}` : 'this run';
document.getElementById('back').href = `/?run=${encodeURIComponent(run)}`;
document.getElementById('open').addEventListener('click', open, { once: true });

function open() {
  consent.hidden = true;
  frame.hidden = false;
  tell('Waiting for stately.ai …');
  window.addEventListener('message', connected);
  frame.src = INSPECTOR;
}

/** The frame says that it listens. It may do so again, when it was loaded anew: then it gets the run from its beginning. */
function connected({ source, origin, data }) {
  if (source !== frame.contentWindow || !STATELY.test(origin)) return;
  if (data?.type === '@statelyai.connected') stream(origin);
}

let socket = null;

function stream(origin) {
  socket?.close();
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const own = new WebSocket(
    `${scheme}://${location.host}/api/runs/${encodeURIComponent(run)}/inspect`,
  );
  let sent = 0;
  own.addEventListener('message', ({ data }) => {
    frame.contentWindow.postMessage(JSON.parse(data), origin);
    sent += 1;
    tell(`The run ${run} is sent to ${origin}: ${sent} messages.`);
  });
  own.addEventListener('close', () => {
    if (own === socket) tell('The connection to oneshot has ended. Reload to begin anew.');
  });
  socket = own;
}

function tell(text) {
  status.hidden = false;
  status.textContent = text;
}
