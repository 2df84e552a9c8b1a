/** Untrusted text on a terminal. */

/** `message` with control characters escaped, except tabs and line feeds. File names can contain terminal commands. */
export function printable(message: string): string {
  return message.replace(/(?![\n\t])\p{Control}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
