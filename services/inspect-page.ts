/** The files of the page, and under which rules a browser runs them. */
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { extname, join, sep } from 'node:path';

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

/**
 * A file under a folder, by the decoded parts of its path; `null` when there is none, when it lies elsewhere (by `..` or
 * by a link), or when it is of no kind that a page consists of.
 */
export function pageFile(folder: string, parts: readonly string[]): PageFile | null {
  if (parts.some((part) => !/^\w[\w.-]*$/.test(part))) return null;
  const type = TYPES[extname(parts.at(-1) ?? '')];
  if (type === undefined) return null;
  try {
    const path = realpathSync(join(folder, ...parts));
    if (!path.startsWith(realpathSync(folder) + sep)) return null;
    return { type, body: readFileSync(path) };
  } catch {
    return null;
  }
}

/**
 * The content security policy: nothing but what this server serves, no inline script, no frame. Of inline styles only
 * the chart's own is allowed, by its hash, so that the page can take the chart into its document. Only the page that
 * asks before it shows the Stately inspector may have a frame, and only of that.
 */
export function securityPolicy(
  chart: string,
  frames: 'no frames' | 'stately' = 'no frames',
): string {
  const styles = [...chart.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, css = '']) =>
    hashOf(css),
  );
  return [
    "default-src 'none'",
    "script-src 'self'",
    ["style-src 'self'", ...styles].join(' '),
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    ...(frames === 'stately' ? ['frame-src https://stately.ai https://*.stately.ai'] : []),
  ].join('; ');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
