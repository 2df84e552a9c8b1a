export { readJsonFile, readStateFile, writeFileAtomic, writeJsonFile, writeStateFile } from './node/files.ts';
