import type { Permissions } from '../adapter.ts';

/** What the adapter tells the bridge. */
export interface BridgeOptions {
  /** The agent's program and its arguments. */
  readonly command: readonly string[];
  /** The work tree, as its real path. */
  readonly cwd: string;
  readonly permissions: Permissions;
  /** Where a person is asked when permissions are `ask`; `null` where nobody can be. */
  readonly questions: { readonly question: string; readonly answer: string } | null;
  /** `null`: the agent's own. */
  readonly model: string | null;
  /** A session of the agent's that is to go on; `null` for a fresh one. */
  readonly resume: string | null;
}
