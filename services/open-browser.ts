import { spawn } from 'node:child_process';
import { environment } from './config.ts';

/** Opens an address in the user's browser where there is one. Never fails: the address has been printed too. */
export function openInBrowser(url: string): void {
  const program = opener();
  if (program === null) return;
  const child = spawn(program, [url], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}

/** Without a display a Linux machine has no browser that could be seen. */
function opener(): string | null {
  if (process.platform === 'darwin') return 'open';
  const { DISPLAY, WAYLAND_DISPLAY } = environment();
  return DISPLAY || WAYLAND_DISPLAY ? 'xdg-open' : null;
}
