/** Characters of one event, at most: an endpoint that sends more sends no answer. */
const EVENT_LIMIT = 8 * 1024 * 1024;

export interface EventStreamParser {
  /** Throws when an event is longer than any answer. */
  push(bytes: Uint8Array): void;
  end(): void;
}

/**
 * Reads server-sent events: the data of each, whatever the pieces in which they come. Lines may end in any of the three
 * ways; an event that was not ended by an empty line counts when the stream is over, as endpoints leave it out.
 *
 * @param onComment a line that only keeps the connection alive
 */
export function createEventStreamParser(
  onData: (data: string) => void,
  onComment: () => void = () => undefined,
): EventStreamParser {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];

  const endEvent = (): void => {
    if (data.length > 0) onData(data.join('\n'));
    data = [];
  };
  const takeLine = (line: string): void => {
    const field = /^data: ?/.exec(line)?.[0];
    if (line === '') endEvent();
    else if (line.startsWith(':')) onComment();
    else if (field !== undefined) data.push(line.slice(field.length));
  };
  const take = (text: string): void => {
    const lines = `${rest}${text}`.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > EVENT_LIMIT)
      throw new Error(`An event of more than ${EVENT_LIMIT} characters came.`);
    lines.forEach(takeLine);
  };

  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end() {
      take(`${decoder.decode()}\n`);
      endEvent();
    },
  };
}
