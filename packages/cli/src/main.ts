#!/usr/bin/env node
/** The `t2i` binary. */

import { run } from './program.ts';

process.exitCode = await run(process.argv.slice(2));
