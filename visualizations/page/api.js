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
 * @param {string} name of the events
 * @param {object} told
 * @param {(data: any) => void} told.take
 * @param {() => void} [told.open] the stream is there, or is there again
 * @param {() => void} [told.lost] it is not, and is tried again
 * @param {(message: string) => void} [told.problem] it cannot go on
 * @returns {{ pause(): void, resume(): void }} a paused stream is closed, and goes on where it was
 */
export function follow(path, name, told) {
  let last = null;
  let source = null;
  let timer = null;
  const end = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const begin = () => {
    end();
    source = new EventSource(last === null ? path : `${path}?after=${last}`);
    source.addEventListener('open', () => told.open?.());
    source.addEventListener(name, ({ data, lastEventId }) => {
      last = lastEventId;
      told.take(JSON.parse(data));
    });
    source.addEventListener('problem', ({ data }) => {
      end();
      told.problem?.(JSON.parse(data).error.message);
    });
    source.addEventListener('error', () => {
      told.lost?.();
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
      if (source === null) begin();
    },
  };
}

/** The time of the server, which plays a run once more in another one. */
export function serverClock({ now, speed }) {
  const from = performance.now();
  return () => now + (performance.now() - from) * (speed ?? 1);
}
