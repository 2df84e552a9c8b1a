// Every package that a user installs has a licence from this list, or this ends with 1 and says which has not. `pnpm licenses:check` calls it.
import { spawnSync } from 'node:child_process';

/** SPDX expressions as the packages state them. LGPL: libvips, which sharp links to dynamically. */
const ALLOWED = new Set([
  '(BSD-2-Clause OR MIT OR Apache-2.0)',
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
]);

const { status, stdout, stderr } = spawnSync('pnpm', ['licenses', 'list', '--prod', '--json'], { encoding: 'utf8' });
if (status !== 0) throw new Error(`pnpm licenses list ended with ${status}:\n${stdout}\n${stderr}`);
/** @type {Record<string, { name: string; versions: string[] }[]>} */
const byLicense = JSON.parse(stdout);
const packages = Object.values(byLicense).flat();
if (packages.length === 0) throw new Error('pnpm lists no packages.');

const refused = Object.entries(byLicense).filter(([license]) => !ALLOWED.has(license));
for (const [license, found] of refused) {
  console.error(`${license}: ${found.map(({ name, versions }) => `${name} ${versions.join(', ')}`).join('; ')}`);
}
if (refused.length > 0) {
  console.error('These licences are not on the list in scripts/check-licenses.mjs.');
  process.exitCode = 1;
} else {
  console.log(`${packages.length} packages, ${Object.keys(byLicense).length} licences, all allowed.`);
}
