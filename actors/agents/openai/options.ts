/** What the adapter tells the bridge. No secret is in it: it stands in the process's arguments. */
export interface BridgeOptions {
  readonly baseUrl: string;
  readonly model: string;
  readonly sessionId: string;
  readonly asVerdict: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Fields of a request as a person writes them: `temperature=0.2`, `reasoning_effort=low`. A value is JSON, or else a
 * text. Gives the first argument that is none instead.
 */
export function parametersOf(
  args: readonly string[],
): { readonly parameters: Readonly<Record<string, unknown>> } | { readonly wrong: string } {
  const pairs = args.map((arg) => /^(\w+)=(.*)$/s.exec(arg));
  const wrong = pairs.indexOf(null);
  if (wrong !== -1) return { wrong: args[wrong] ?? '' };
  const fields = pairs.map((pair) => [pair?.[1] ?? '', fieldValue(pair?.[2] ?? '')]);
  return { parameters: Object.fromEntries(fields) };
}

function fieldValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
