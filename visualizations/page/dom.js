/** Small makers of elements. Whatever comes from a run is put in as text, never as markup. */

export const $ = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svgElement(name, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/** Made once: it takes long. */
const TIME = new Intl.DateTimeFormat([], { timeStyle: 'medium', hourCycle: 'h23' });

export function clock(at) {
  return TIME.format(at);
}

/** Draws at most once in a frame, however often it is asked to. */
export function oncePerFrame(draw) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  };
}

/** Draws at most once in so many milliseconds: what comes faster nobody can read anyway. */
export function atMostEvery(ms, draw) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    setTimeout(() => {
      isAsked = false;
      requestAnimationFrame(draw);
    }, ms);
  };
}

/** Says what is wrong; `null`: nothing is. */
export function tell(message) {
  $('problem').hidden = message === null;
  if (message !== null) $('problem').textContent = message;
}
