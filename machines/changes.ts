/** What attempts changed, as an agent is told: every file by name, and as much of the patch as fits. Pure. */
import type { SkippedFile } from './contracts.ts';

/** How a file differs between two trees. */
export interface ChangedFile {
  /** From the top of the work tree, with `/`. */
  readonly path: string;
  readonly status: 'added' | 'deleted' | 'modified' | 'renamed' | 'typeChanged';
  /** What a renamed file was called; `null` for all others. */
  readonly from: string | null;
  /** Lines; `null` for a file that has none. */
  readonly added: number | null;
  readonly deleted: number | null;
}

/** A changed file with its part of the patch; `null` where the patch was too long to be read that far. */
export interface PatchedFile extends ChangedFile {
  readonly patch: string | null;
}

export interface Changes {
  readonly files: readonly PatchedFile[];
  readonly skipped: readonly SkippedFile[];
  /** The trees that are compared. */
  readonly from: string;
  readonly to: string;
  /** Characters of patches. */
  readonly limit: number;
}

/** Characters of patches that an agent is shown. */
export const PATCHES_LIMIT = 40_000;

/** The same for an agent whose prompt has to fit into an argument of its command line, with all that it says besides. */
export const ARGUMENT_PATCHES_LIMIT = 8_000;

/** Files that are named. */
export const FILES_LIMIT = 200;

/** Characters of a part of a patch below which it says nothing. */
const LEAST_PATCH = 400;

/** Characters that are shown of what tools write. */
const GENERATED_LIMIT = 1_000;

const GENERATED =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|[^/]*\.lock|go\.sum|[^/]*\.(min\.(js|css)|map|snap))$/;

/** The changes in Markdown; what is cut is named. */
export function renderChanges({ files, skipped, from, to, limit }: Changes): string {
  if (files.length === 0) return ['No file was changed.', skippedText(skipped)].join('\n').trim();
  const shown = boundPatches(files, limit);
  const cut = shown.filter(({ isCut }) => isCut).map(({ path }) => path);
  const patch = shown.map(({ text }) => text).join('');
  const fence = fenceFor(patch);
  const whole = `all of it: git diff ${from} ${to}`;
  return [
    `${totals(files)}; ${whole}`,
    named(files.map(fileLine), FILES_LIMIT, 'file'),
    skippedText(skipped),
    cut.length > 0 ? `The patch is cut in:\n${named(cut.map(bullet), FILES_LIMIT, 'file')}` : '',
    patch === '' ? '' : `${fence}diff\n${patch}${patch.endsWith('\n') ? '' : '\n'}${fence}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

export interface ShownPatch {
  readonly path: string;
  readonly text: string;
  readonly isCut: boolean;
}

/**
 * The patches within a limit of characters for all: short ones as a whole, the long ones equally much of each, in the
 * order of the files.
 */
export function boundPatches(files: readonly PatchedFile[], limit: number): ShownPatch[] {
  const share = fairShare(files.map(wanted), limit);
  return files.map((file): ShownPatch => {
    const { path, patch } = file;
    const allowed = Math.min(wanted(file), share);
    if (patch === null) return { path, text: '', isCut: true };
    if (patch.length <= allowed) return { path, text: patch, isCut: false };
    if (allowed < LEAST_PATCH) return { path, text: '', isCut: true };
    return { path, text: cutAtLine(patch, allowed), isCut: true };
  });
}

/** The most that each may have so that all together have no more than the limit. */
function fairShare(wishes: readonly number[], limit: number): number {
  let left = limit;
  const rising = wishes.toSorted((one, other) => one - other);
  for (const [index, wish] of rising.entries()) {
    const share = Math.floor(left / (rising.length - index));
    if (wish > share) return share;
    left -= wish;
  }
  return Number.POSITIVE_INFINITY;
}

function wanted({ path, patch }: PatchedFile): number {
  const length = patch?.length ?? 0;
  return GENERATED.test(path) ? Math.min(length, GENERATED_LIMIT) : length;
}

/** Whole lines only, with a last one that says how many follow. */
function cutAtLine(patch: string, limit: number): string {
  const room = limit - 40;
  const end = patch.lastIndexOf('\n', room) + 1 || room;
  const rest = patch.slice(end);
  return `${patch.slice(0, end)}[… ${rest.split('\n').length - 1} more lines are cut …]\n`;
}

function totals(files: readonly ChangedFile[]): string {
  const sum = (of: 'added' | 'deleted') => files.reduce((all, file) => all + (file[of] ?? 0), 0);
  const count = `${files.length} file${files.length === 1 ? '' : 's'}`;
  return `${count} changed, ${sum('added')} lines added, ${sum('deleted')} deleted`;
}

function fileLine({ path, status, from, added, deleted }: ChangedFile): string {
  const lines = added === null ? 'binary' : `+${added} -${deleted}`;
  return bullet(`${status} ${from === null ? '' : `${from} → `}${path} (${lines})`);
}

function bullet(text: string): string {
  return `- ${text.replace(/\s/g, ' ')}`;
}

function named(lines: readonly string[], limit: number, what: string): string {
  const more = lines.length - limit;
  const rest = more > 0 ? [`- … and ${more} more ${what}${more === 1 ? '' : 's'}`] : [];
  return [...lines.slice(0, limit), ...rest].join('\n');
}

function skippedText(skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return '';
  const lines = skipped.map(({ path, bytes, why }) =>
    bullet(`${path} (${why === 'tooLarge' ? `too large: ${bytes} bytes` : 'unreadable'})`),
  );
  return `Not recorded, so not compared:\n${named(lines, FILES_LIMIT, 'file')}`;
}

/** A fence that no line of the text ends. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return '`'.repeat(longest + 1);
}
