/** Captions from a text file: one a line. */

/** Caption length that the char-CNN-RNN encoder reads; what is beyond is cut (`txt2img_demo.lua`, doc_length 201). */
export const ENCODER_CAPTION_LENGTH = 201;

/** The lines without outer white space, and without empty ones. Nothing else is changed: the words belong to the encoder. */
export function captionLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r]/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}
