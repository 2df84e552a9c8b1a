/** Text of others on a terminal. */

/** `message` with control characters escaped, except tabs and line feeds: names of files can hold what a terminal takes for a command. */
export function printable(message: string): string {
  return message.replace(/(?![\n\t])\p{Control}/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
