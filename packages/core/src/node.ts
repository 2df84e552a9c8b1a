export {
  readJsonFile,
  readStateFile,
  syncFolder,
  writeError,
  writeFileAtomic,
  writeFolderAtomic,
  writeJsonFile,
  writeStateFile,
} from './node/files.ts';
