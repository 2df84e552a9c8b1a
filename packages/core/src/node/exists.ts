import { access } from 'node:fs/promises';

/** Whether `path` exists and this process can reach it; it may be of any kind. */
export function exists(path: string | URL): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
