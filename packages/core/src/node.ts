export {
  readJsonFile,
  readStateFile,
  writeError,
  writeFileAtomic,
  writeJsonFile,
  writeStateFile,
} from './node/files.ts';
