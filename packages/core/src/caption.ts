/** What people type, made into what encoders take (the blog's page sends its text box as it is, line breaks included). */

const BLANKS = /[\s\p{Cc}]+/gu;
const LONE_SURROGATES = /\p{Cs}/gu;

/** Control characters and runs of white space become one space each, the ends are trimmed, letters lower-cased. */
export function normaliseCaption(text: string): string {
  return text.replace(LONE_SURROGATES, '\ufffd').replace(BLANKS, ' ').trim().toLowerCase();
}
