/** `serve-worker.ts` for a thread of the sources: threads do not inherit the loader that lets their process run TypeScript. */

import { register } from 'tsx/esm/api';

register();
await import('./serve-worker.ts');
