/** A page that is open must find its server again, and nobody else may. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { standingOf } from '../../services/inspect-standing.ts';
import { inspect } from './inspectors.ts';
import { temporaryFolder } from './recorded-run.ts';
import { ask, cookieOf, tokenOf } from './web-client.ts';

const home = () => ({ XDG_STATE_HOME: temporaryFolder() });
const fileOf = ({ XDG_STATE_HOME: base }: { XDG_STATE_HOME: string }) =>
  join(base, 'oneshot', 'inspect-secret');

describe('The address of a folder of runs', () => {
  it('is the same for each server, so that a cookie of the one before opens the next', async () => {
    const [runsDir, environment] = [temporaryFolder(), home()];
    const first = await inspect({ runsDir, standing: standingOf(runsDir, environment) });
    const cookie = cookieOf(first);
    await first.close();
    const second = await inspect({ runsDir, standing: standingOf(runsDir, environment) });
    expect(second.url()).toBe(first.url());
    expect(await ask(second, '/api/runs', { headers: cookie })).toMatchObject({ status: 200 });
  });

  it('has another port and another token while the first is taken', async () => {
    const [runsDir, environment] = [temporaryFolder(), home()];
    const servers = [standingOf(runsDir, environment), standingOf(runsDir, environment)];
    const [first, second] = [
      await inspect({ runsDir, standing: servers[0] ?? null }),
      await inspect({ runsDir, standing: servers[1] ?? null }),
    ];
    expect(second.port).not.toBe(first.port);
    expect(tokenOf(second)).not.toBe(tokenOf(first));
  });

  it('differs between folders and between users', () => {
    const [one, other, mine, yours] = [temporaryFolder(), temporaryFolder(), home(), home()];
    const tokens = [standingOf(one, mine), standingOf(other, mine), standingOf(one, yours)];
    expect(new Set(tokens.map((standing) => standing?.token(7_000))).size).toBe(3);
    expect(standingOf(one, mine)?.token(7_000)).toHaveLength(43);
  });
});

describe('The secret behind it', () => {
  it('is a file that only its user can read, alone in its folder', () => {
    const environment = home();
    standingOf(temporaryFolder(), environment);
    expect(statSync(fileOf(environment)).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(environment.XDG_STATE_HOME, 'oneshot'))).toEqual(['inspect-secret']);
    expect(readFileSync(fileOf(environment))).toHaveLength(32);
  });

  it.each([
    ['that others can read', (path: string) => chmodSync(path, 0o644)],
    ['that was cut off', (path: string) => writeFileSync(path, 'short', { mode: 0o600 })],
  ])('one %s is not used, and not replaced', (_, spoil) => {
    const environment = home();
    standingOf(temporaryFolder(), environment);
    spoil(fileOf(environment));
    const before = readFileSync(fileOf(environment));
    expect(standingOf(temporaryFolder(), environment)).toBeNull();
    expect(readFileSync(fileOf(environment))).toEqual(before);
  });

  it('a link in its place is not followed', () => {
    const environment = home();
    mkdirSync(join(environment.XDG_STATE_HOME, 'oneshot'));
    const elsewhere = join(temporaryFolder(), 'known');
    writeFileSync(elsewhere, Buffer.alloc(32), { mode: 0o600 });
    symlinkSync(elsewhere, fileOf(environment));
    expect(standingOf(temporaryFolder(), environment)).toBeNull();
  });

  it('where none can be kept, each server has a token of its own', async () => {
    const runsDir = temporaryFolder();
    const environment = { XDG_STATE_HOME: '/dev/null' };
    const standing = standingOf(runsDir, environment);
    expect(standing).toBeNull();
    const [one, other] = [
      await inspect({ runsDir, standing }),
      await inspect({ runsDir, standing }),
    ];
    expect(tokenOf(one)).not.toBe(tokenOf(other));
  });
});
