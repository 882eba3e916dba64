/** Journals that were doctored by somebody who knows how the hashes are made. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

// biome-ignore lint/suspicious/noExplicitAny: a line is taken apart and put together at will
export type AnyLine = Record<string, any>;

/** Changes the lines of a journal and seals them anew. */
export function doctorJournal(
  path: string,
  change: (lines: AnyLine[]) => readonly AnyLine[],
): void {
  const lines: AnyLine[] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  let hash = '';
  const sealed = change(lines).map(({ hash: _, ...line }) => {
    const body = JSON.stringify(line);
    hash = createHash('sha256')
      .update(hash + body)
      .digest('hex');
    return `${body.slice(0, -1)},"hash":"${hash}"}\n`;
  });
  writeFileSync(path, sealed.join(''));
}
