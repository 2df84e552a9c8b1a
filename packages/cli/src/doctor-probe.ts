/** The process in which `t2i doctor` tries a backend of another maker: its last argument is the name, its last line the report. */

import { type BackendName, inspectBackends } from '@t2i/backend';

const [report] = await inspectBackends({ measure: true, names: [process.argv.at(-1) as BackendName] });
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit());
