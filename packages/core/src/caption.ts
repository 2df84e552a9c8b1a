/** Normalises captions that people type (the blog's page sends the content of its text box as it is, line breaks included). */

const BLANKS = /[\s\p{Cc}]+/gu;
const LONE_SURROGATES = /\p{Cs}/gu;

/** Replaces control characters and runs of white space by one space each, trims both ends and lower-cases letters. */
export function normaliseCaption(text: string): string {
  return text.replace(LONE_SURROGATES, '\ufffd').replace(BLANKS, ' ').trim().toLowerCase();
}
