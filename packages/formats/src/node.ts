export { fileSource } from './node/file-source.ts';
export { gunzipped } from './node/gunzipped.ts';
export { readStateFile, writeStateFile } from './node/state-file.ts';
