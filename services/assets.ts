import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The pages and pictures that ship: in the bundle beside the program, in the sources in a folder of their own. */
export function assetsFolder(): string {
  const places = ['./visualizations/', '../visualizations/'] as const;
  const [bundled, source] = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return bundled && existsSync(bundled) ? bundled : (source ?? '');
}
