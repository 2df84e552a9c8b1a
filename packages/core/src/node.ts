export type { DirectoryLock } from './node/directory-lock.ts';
export { lockDirectory, withDirectoryLock } from './node/directory-lock.ts';
export { exists } from './node/exists.ts';
export type { FileContent } from './node/files.ts';
export {
  copyDirectory,
  readFileOf,
  readJsonFile,
  readProblem,
  syncDirectory,
  writeDirectoryAtomic,
  writeError,
  writeFileAtomic,
  writeJsonFile,
  writeNewFile,
} from './node/files.ts';
export { hashFile, hashOpenFile, sha256 } from './node/hash-file.ts';
export {
  directoryInside,
  type LinkOptions,
  listInside,
  openInside,
  readInside,
  statInside,
} from './node/open-inside.ts';
