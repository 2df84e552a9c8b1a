import { register } from 'tsx/esm/api';

register();
await import('./mock-worker.ts');
