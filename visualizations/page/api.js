/** How the page talks to its server. */

/** Milliseconds between two attempts to reach a server that has gone. */
const RETRY_MS = 1_000;

/** The answer's JSON. Throws with the server's own words. */
export async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.error.message), { status: answer.status });
  return body;
}

/**
 * Follows a stream of the server from where it is, also past an end of the server: what comes after it was started anew
 * begins behind the last event that was taken.
 *
 * @param {string} path
 * @param {Record<string, (data: any) => void>} takers of the events, by their names
 * @param {object} told
 * @param {() => void} told.open the stream is there, or is there again
 * @param {() => void} told.lost it is not, and is tried again
 * @param {(message: string) => void} told.problem a part of it cannot go on
 * @returns {{ pause(): void, resume(): void }} a paused stream is closed, and goes on where it was
 */
export function follow(path, takers, told) {
  let last = '';
  let source = null;
  let timer = null;
  let isBroken = false;
  const end = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const begin = () => {
    end();
    source = new EventSource(last === '' ? path : `${path}?after=${last}`);
    source.addEventListener('open', told.open);
    for (const [name, take] of Object.entries(takers)) {
      source.addEventListener(name, ({ data, lastEventId }) => {
        last = lastEventId;
        take(JSON.parse(data));
      });
    }
    source.addEventListener('problem', ({ data }) => {
      isBroken = true;
      told.problem(JSON.parse(data).error.message);
    });
    source.addEventListener('error', () => {
      // It has said why it ends.
      if (isBroken) return end();
      told.lost();
      // A refused connection is tried again by the browser, a refused request is not.
      if (source?.readyState !== EventSource.CLOSED) return;
      end();
      timer = setTimeout(begin, RETRY_MS);
    });
  };
  begin();
  return {
    pause: end,
    resume: () => {
      if (source === null && !isBroken) begin();
    },
  };
}

/** The time of the server, which plays a run once more in another one. */
export function serverClock({ now, speed }) {
  const from = performance.now();
  return () => now + (performance.now() - from) * (speed ?? 1);
}
