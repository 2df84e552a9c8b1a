export { joinThreads } from './join-threads.ts';
export { runThreads, type ThreadsOptions } from './run-threads.ts';
