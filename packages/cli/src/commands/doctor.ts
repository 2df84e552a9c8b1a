/** `t2i doctor`: which backends work on this machine, and what the others are missing. */

import { type BackendName, type BackendReport, inspectBackends, NODE_BACKENDS } from '@t2i/backend';
import { Command } from 'commander';
import type { Output } from '../output.ts';
import { probeBackend } from '../probe-backend.ts';

/** Native code of third parties, which may end the process. */
const FOREIGN: readonly BackendName[] = ['node-gpu', 'node', 'webgpu'];

export function doctorCommand(output: Output): Command {
  return new Command('doctor')
    .description('show which compute backends work on this machine, and what the others are missing')
    .action(async () => {
      output.write(`node ${process.version} on ${process.platform}-${process.arch}\n\n`);
      for (const name of NODE_BACKENDS) output.write(`${describe(await tried(name))}\n`);
    });
}

async function tried(name: BackendName): Promise<BackendReport> {
  if (FOREIGN.includes(name)) return probeBackend(name);
  const [report] = await inspectBackends({ measure: true, names: [name] });
  return report!;
}

function describe(report: BackendReport): string {
  const name = report.name.padEnd(9);
  if (!report.available) {
    const hint = report.hint === undefined ? '' : `\n${' '.repeat(14)}→ ${report.hint}`;
    return `  no  ${name} ${report.problem}${hint}`;
  }
  const { version, instructionSet, threads, adapter, adapters, device, software, gflops } = report;
  const facts = [
    version,
    instructionSet,
    threads === undefined ? undefined : `${threads} threads`,
    device === 'cpu' ? 'on the CPU, because no graphics card was found' : undefined,
    adapter && (software ? `${adapter}, in software` : adapter),
    gflops === undefined ? undefined : `${gflops.toFixed(1)} GFLOP/s in matrix products`,
  ];
  const others =
    adapters === undefined ? '' : `\n${' '.repeat(14)}T2I_WEBGPU_ADAPTER selects one of: ${adapters.join(', ')}`;
  return `  yes ${name} ${facts.filter((fact) => fact !== undefined).join(', ')}${others}`;
}
