/** What the inspector answers to whom it has let in; see inspect-api.ts. */
import { join } from 'node:path';
import { createRedactor } from '../actors/redaction.ts';
import { secretsOf } from '../actors/secrets.ts';
import { environment } from './config.ts';
import { placeOf } from './event-stream.ts';
import { type Answer, content, json, NOT_FOUND, problem } from './inspect-answer.ts';
import type { ListedRun, ServerInfo } from './inspect-api.ts';
import { attemptText, attemptTexts, MAX_BYTES } from './inspect-attempts.ts';
import type { Control } from './inspect-control.ts';
import { pageFile } from './inspect-page.ts';
import { inspectedRun, listedRuns, playedRun } from './inspect-runs.ts';
import { streamActivities, streamBoth, streamTransitions } from './inspect-streams.ts';
import { LIVE, type Pace } from './pace.ts';
import { readRun } from './run-record.ts';
import { type RunFolder, runWithId } from './run-store.ts';
import { VERSION } from './version.ts';

export interface Site {
  readonly runsDir: string;
  /** Folder of the page and the pictures. */
  readonly assets: string;
  /** `null`: the inspector only looks. */
  readonly control: Control | null;
  /** The security policy of the page that shows the Stately inspector. */
  readonly statelyPolicy: string;
  /** The one run that is played once more; `null`: all runs as they are. */
  readonly played: Played | null;
}

export interface Played {
  readonly folder: RunFolder;
  readonly pace: Pace;
}

export interface Visit {
  readonly method: string;
  /** The decoded parts of the path. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  /** The id of the last event that a reader has who comes back; empty for the beginning. */
  readonly after: string;
}

/** Throws, or rejects with, what went wrong. */
export function answerTo(site: Site, visit: Visit): Answer | Promise<Answer> {
  const { method, parts } = visit;
  const [area = 'page', ...rest] = parts;
  if (method === 'POST') return answerControl(site, parts);
  if (method !== 'GET' && method !== 'HEAD') {
    return problem(405, 'METHOD', `${method} is not answered here.`);
  }
  if (area === 'api') return answerApi(site, visit, rest);
  if (parts.join('/') === 'statechart.svg') return page(site.assets, parts);
  if (area !== 'page') return NOT_FOUND;
  const isStately = rest.join('/') === 'stately.html';
  const headers = isStately ? { 'content-security-policy': site.statelyPolicy } : {};
  return page(join(site.assets, 'page'), parts.length === 0 ? ['index.html'] : rest, headers);
}

function page(
  folder: string,
  parts: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const file = pageFile(folder, parts);
  return file ? content(file.type, file.body, headers) : NOT_FOUND;
}

function answerApi(site: Site, visit: Visit, [area, id, ...what]: readonly string[]): Answer {
  if (area === 'info' && id === undefined) return json(serverInfo(site));
  if (area !== 'runs') return NOT_FOUND;
  if (id === undefined) return json(runsOf(site));
  const folder = runOf(site, id);
  return folder ? answerRun(site, visit, folder, what) : NOT_FOUND;
}

function runsOf({ runsDir, played }: Site): ListedRun[] {
  return played ? [playedRun(played.folder, played.pace)] : listedRuns(runsDir);
}

/** The run that an id means, of those that are shown. */
export function runOf({ runsDir, played }: Site, id: string): RunFolder | null {
  if (played) return played.folder.id === id ? played.folder : null;
  return runWithId(runsDir, id);
}

function answerRun(
  site: Site,
  { method, query, after }: Visit,
  folder: RunFolder,
  [what, ...rest]: readonly string[],
): Answer {
  const pace = site.played?.pace ?? LIVE;
  if (what === undefined) return json(inspectedRun(site.runsDir, folder, pace));
  if (what === 'attempts') return attempts(folder, rest, query);
  if (rest.length > 0 || method === 'HEAD') return NOT_FOUND;
  if (what === 'events') return { stream: (stream) => streamBoth({ folder, stream, pace }, after) };
  const place = placeOf(after);
  if (what === 'transitions')
    return { stream: (stream) => streamTransitions({ folder, stream, after: place, pace }) };
  if (what === 'activities')
    return { stream: (stream) => streamActivities({ folder, stream, after: place, pace }) };
  return NOT_FOUND;
}

function attempts(folder: RunFolder, parts: readonly string[], query: URLSearchParams): Answer {
  if (parts.length === 0) return json(attemptTexts(folder));
  const range = {
    from: numberIn(query, 'from') ?? 0,
    bytes: numberIn(query, 'bytes') ?? MAX_BYTES,
  };
  const part = attemptText(folder, parts, range, redactorOf(folder));
  if (!part) return NOT_FOUND;
  return content('text/plain; charset=utf-8', part.text, {
    'x-text-from': `${part.from}`,
    'x-text-end': `${part.end}`,
    'x-text-size': `${part.size}`,
  });
}

/** The secrets of this process, which may not be all of those that the run's own had. */
function redactorOf(folder: RunFolder) {
  const { settings } = readRun(folder).header;
  return createRedactor(secretsOf(environment(), settings.secrets));
}

async function answerControl(
  { control, runsDir }: Site,
  [api, runs, id = '', verb, ...rest]: readonly string[],
): Promise<Answer> {
  const isVerb = verb === 'stop' || verb === 'resume';
  const isRun = api === 'api' && runs === 'runs' && rest.length === 0;
  const folder = control && isRun && isVerb ? runWithId(runsDir, id) : null;
  if (!control || !isVerb || !folder) return NOT_FOUND;
  return json(await control[verb](folder), 202);
}

function serverInfo({ control, runsDir, played }: Site): ServerInfo {
  const now = played ? played.pace.now() : Date.now();
  const speed = played?.pace.speed ?? null;
  return { version: VERSION, control: control !== null, runsDir, now, speed };
}

function numberIn(query: URLSearchParams, name: string): number | null {
  const text = query.get(name) ?? '';
  return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}
