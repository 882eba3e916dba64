/** An address that was asked for. */
export interface Address {
  /** The decoded parts of the path; `null` when it is malformed. */
  readonly parts: readonly string[] | null;
  readonly query: URLSearchParams;
}

/** Not by `URL`, which would take `..` out before anybody can refuse it. */
export function addressOf(url: string): Address {
  const at = url.indexOf('?');
  const [path, search] = at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
  return { parts: partsOf(path), query: new URLSearchParams(search) };
}

function partsOf(path: string): string[] | null {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
}
