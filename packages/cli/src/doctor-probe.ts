/** The process in which `t2i doctor` tries an engine of another maker: its last argument is the name, its last line the report. */

import { type EngineName, inspectBackends } from '@t2i/backend';

const [report] = await inspectBackends({ measure: true, names: [process.argv.at(-1) as EngineName] });
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit());
