import { access } from 'node:fs/promises';

/** Whether there is something at `path` that this process can reach, of whatever kind. */
export function exists(path: string | URL): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
