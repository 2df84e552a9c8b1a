export { gunzipped } from './node/gunzipped.ts';
export { readStateFile, writeStateFile } from './node/state-file.ts';
