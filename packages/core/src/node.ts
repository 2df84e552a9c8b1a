export {
  readJsonFile,
  readStateFile,
  syncFolder,
  writeError,
  writeFileAtomic,
  writeJsonFile,
  writeStateFile,
} from './node/files.ts';
