/** Holds the stream to the real client of the protocol, and the socket to what browsers and others may send. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createInspector,
  createWebSocketReceiver,
  type StatelyInspectionEvent,
} from '@xstate/inspect';
import WebSocket from 'isomorphic-ws';
import { createMachine } from 'xstate';
import { lifecycle } from '../../machines/lifecycle.ts';
import type { Inspector } from '../../services/inspect-server.ts';
import { playedPace } from '../../services/pace.ts';
import { PROTOCOL_VERSION } from '../../services/stately-protocol.ts';
import * as on from '../machines/lifecycle-events.ts';
import { toCompleted, toReiteration, toWorker } from '../machines/lifecycle-runs.ts';
import { until } from '../oneshot-process.ts';
import { inspect } from './inspectors.ts';
import { BEGUN_AT, beginRecording, recordRun, temporaryFolder } from './recorded-run.ts';
import { cookieOf, tokenOf } from './web-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: what came over the wire; the test says what it must be
type Received = any;

const assets = new URL('../../visualizations', import.meta.url).pathname;

const open = new Set<WebSocket>();

afterEach(() => {
  for (const socket of open) socket.terminate();
  open.clear();
});

const address = (inspector: Inspector, run: string) =>
  `ws://127.0.0.1:${inspector.port}/api/runs/${run}/inspect`;

/** What the protocol's own receiver gets. */
function receive(inspector: Inspector, run: string): Received[] {
  const events: Received[] = [];
  const server = `${address(inspector, run)}?token=${tokenOf(inspector)}`;
  createWebSocketReceiver({ server }).subscribe((event) => events.push(event));
  return events;
}

const kinds = (events: readonly Received[]) =>
  events.map(({ type }) => type.slice('@xstate.'.length));
const values = (events: readonly Received[]) =>
  events.filter(({ type }) => type === '@xstate.snapshot').map(({ snapshot }) => snapshot.value);

describe("The protocol's own receiver", () => {
  it('gets the actor with its definition, then each event and each snapshot, while the run goes on', async () => {
    const runsDir = temporaryFolder();
    const run = beginRecording(runsDir);
    const { id } = run.folder;
    const events = receive(await inspect({ runsDir, assets }), id);
    await until('the actor is there', () => events.length === 1);
    expect(events[0]).toMatchObject({
      type: '@xstate.actor',
      name: 'oneshot',
      sessionId: id,
      rootId: id,
      createdAt: `${BEGUN_AT}`,
      _version: PROTOCOL_VERSION,
      snapshot: { status: 'active', value: 'created', context: { runId: id } },
    });
    const definition = createMachine(JSON.parse(events[0].definition));
    expect(Object.keys(definition.states)).toEqual(Object.keys(lifecycle.states));
    run.take(...toWorker, on.started(7), on.ended(on.cleanEnd()));
    await until('all is there', () => events.length === 8);
    run.close();
    expect(kinds(events)).toEqual([
      'actor',
      'event',
      'snapshot',
      'actor',
      'event',
      'snapshot',
      'event',
      'snapshot',
    ]);
    expect(events[1]).toMatchObject({
      sessionId: id,
      event: { type: 'run.start' },
      createdAt: `${BEGUN_AT + 1_000}`,
    });
    expect(events[2]).toMatchObject({
      sessionId: id,
      event: { type: 'run.start' },
      snapshot: { value: { workerExecuting: 'live' } },
    });
    expect(events[3]).toMatchObject({
      sessionId: `${id}/0001-worker`,
      parentId: id,
      name: '0001-worker',
    });
    expect(events[4]).toMatchObject({
      sessionId: id,
      sourceId: `${id}/0001-worker`,
      event: { type: 'agent.started', pid: 7 },
    });
    expect(values(events)).toEqual([
      { workerExecuting: 'live' },
      { workerExecuting: 'live' },
      'auditPending',
    ]);
  });

  it('gets the definition, the way so far and the current state when it connects late, and then the same as the others', async () => {
    const runsDir = temporaryFolder();
    const run = beginRecording(runsDir);
    const inspector = await inspect({ runsDir, assets });
    const early = receive(inspector, run.folder.id);
    run.take(...toReiteration);
    await until(
      'the early one is up to date',
      () => early.at(-1)?.snapshot?.value === 'reiterationPending',
    );
    const late = receive(inspector, run.folder.id);
    await until('the late one is up to date', () => late.length === early.length);
    expect(late).toEqual(early);
    expect(late[0].definition).toBe(early[0].definition);
    run.take(on.reiterate);
    await until('both go on', () => [early, late].every((events) => values(events).length === 5));
    run.close();
    expect(late).toEqual(early);
  });

  it('gets the same from a replay as from the live run, times apart', async () => {
    const runsDir = temporaryFolder();
    const folder = recordRun(runsDir, toCompleted);
    const live = receive(await inspect({ runsDir, assets }), folder.id);
    await until('the run is read', () => live.at(-1)?.snapshot?.value === 'completed');
    const played = { folder, pace: playedPace(BEGUN_AT, 20) };
    const replayed = receive(await inspect({ runsDir, assets, played }), folder.id);
    await until('the beginning is played', () => replayed.length > 0);
    expect(replayed.length).toBeLessThan(live.length);
    await until('the end is played', () => replayed.length === live.length);
    expect(replayed).toEqual(live);
  });

  it('knows the fields: they are those of its own inspector', () => {
    const sent: StatelyInspectionEvent[] = [];
    const own = createInspector({ send: (event) => sent.push(event) });
    own.actor('run', { status: 'active' });
    own.event('run', { type: 'go' });
    own.snapshot('run', { status: 'active' }, { event: { type: 'go' } });
    expect(sent.map(({ _version }) => _version)).toEqual(Array(3).fill(PROTOCOL_VERSION));
  });
});

describe('The socket', () => {
  const serving = async () => {
    const runsDir = temporaryFolder();
    const { id } = recordRun(runsDir, toCompleted);
    return { id, inspector: await inspect({ runsDir, assets }) };
  };

  function browser(url: string, headers: Record<string, string>): Promise<number | 'open'> {
    return new Promise((resolve) => {
      const socket = new WebSocket(url, { headers });
      open.add(socket);
      socket.on('open', () => resolve('open'));
      socket.on('unexpected-response', (_: unknown, response: { statusCode?: number }) =>
        resolve(response.statusCode ?? 0),
      );
      socket.on('error', () => undefined);
    });
  }

  it.each([
    ['without a token', () => ({}), 401],
    [
      'of a foreign page',
      (i: Inspector) => ({ ...cookieOf(i), origin: 'https://evil.example' }),
      403,
    ],
    ['of another port', (i: Inspector) => ({ ...cookieOf(i), origin: 'http://127.0.0.1:1' }), 403],
    ['under a foreign name', (i: Inspector) => ({ ...cookieOf(i), host: 'evil.example' }), 403],
    [
      'of the own page',
      (i: Inspector) => ({ ...cookieOf(i), origin: `http://127.0.0.1:${i.port}` }),
      'open',
    ],
  ] as const)('%s', async (_, headers, status) => {
    const { id, inspector } = await serving();
    expect(await browser(address(inspector, id), { ...headers(inspector) })).toBe(status);
  });

  it.each(['nothing', '..', 'x/y'])('for no run is not there: %s', async (run) => {
    const { inspector } = await serving();
    expect(await browser(address(inspector, run), cookieOf(inspector))).toBe(404);
  });

  it.each([{ 'sec-websocket-version': '8' }, { 'sec-websocket-key': 'short' }, { upgrade: 'h2c' }])(
    'refuses what is no handshake: %j',
    async (wrong) => {
      const { id, inspector } = await serving();
      const headers = {
        ...cookieOf(inspector),
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        ...wrong,
      };
      const { port } = inspector;
      const status = await new Promise((resolve) => {
        const asking = request({
          host: '127.0.0.1',
          port,
          path: `/api/runs/${id}/inspect`,
          headers,
          agent: false,
        });
        asking
          .on('response', ({ statusCode }) => resolve(statusCode))
          .on('upgrade', () => resolve('upgraded'))
          .end();
      });
      expect(status).toBe(400);
    },
  );

  it('answers a ping, and a goodbye', async () => {
    const { id, inspector } = await serving();
    const socket = new WebSocket(address(inspector, id), { headers: cookieOf(inspector) });
    open.add(socket);
    const heard: string[] = [];
    socket
      .on('pong', (bytes: Buffer) => heard.push(`pong ${bytes}`))
      .on('close', (code: number) => heard.push(`close ${code}`));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.ping('x'.repeat(120));
    await until('the pong is there', () => heard.length === 1);
    socket.close(1000);
    await until('the close is there', () => heard.length === 2);
    expect(heard).toEqual([`pong ${'x'.repeat(120)}`, 'close 1000']);
  });

  it.each([
    ['is not masked', Buffer.from([0x81, 0x01, 0x41])],
    [
      'never ends',
      Buffer.concat([
        Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
        Buffer.alloc(80_000),
      ]),
    ],
  ])('hangs up on one whose frame %s', async (_, bytes) => {
    const { id, inspector } = await serving();
    const raw = connect({ host: '127.0.0.1', port: inspector.port });
    let isClosed = false;
    raw
      .on('close', () => (isClosed = true))
      .on('error', () => undefined)
      .on('data', () => undefined);
    raw.write(
      `GET /api/runs/${id}/inspect?token=${tokenOf(inspector)} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n` +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    raw.write(bytes);
    await until('it hangs up', () => isClosed);
    raw.destroy();
  });

  it('closes when the journal cannot be read on, and with the server', async () => {
    const { id, inspector } = await serving();
    const closed: number[] = [];
    const socket = new WebSocket(address(inspector, id), { headers: cookieOf(inspector) });
    open.add(socket);
    socket.on('close', (code: number) => closed.push(code)).on('error', () => undefined);
    await new Promise((resolve) => socket.once('open', resolve));
    await inspector.close();
    await until('it is closed', () => closed.length === 1);
  });
});
