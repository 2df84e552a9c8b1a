export type { FileContent } from './node/files.ts';
export {
  copyFolder,
  readJsonFile,
  readProblem,
  readStateFile,
  syncFolder,
  writeError,
  writeFileAtomic,
  writeFolderAtomic,
  writeJsonFile,
  writeNewFile,
  writeStateFile,
} from './node/files.ts';
export type { FolderLock } from './node/folder-lock.ts';
export { lockFolder, withFolderLock } from './node/folder-lock.ts';
export { hashFile, hashOpenFile, sha256 } from './node/hash-file.ts';
export { folderInside, type LinkOptions, listInside, openInside, readInside, statInside } from './node/open-inside.ts';
