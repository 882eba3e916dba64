/** Inspectors that are closed when their test has ended. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import {
  type Inspector,
  type InspectorOptions,
  startInspector,
} from '../../services/inspect-server.ts';
import { temporaryFolder } from './recorded-run.ts';

const running = new Set<Inspector>();

afterEach(async () => {
  await Promise.all([...running].map((inspector) => inspector.close()));
  running.clear();
});

export async function inspect(options: InspectorOptions): Promise<Inspector> {
  const inspector = await startInspector({ assets: pageFolder(), ...options });
  running.add(inspector);
  return inspector;
}

/** A page of its own, so that these tests do not depend on what the real one consists of. */
export function pageFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'page', 'page.js'), 'export {};');
  writeFileSync(join(folder, 'statechart.svg'), '<svg><style>a{}</style></svg>');
  writeFileSync(join(folder, 'secret.js'), 'outside of the page');
  return folder;
}
