/** Captions from a text file, one per line. */

/** Most characters that the char-CNN-RNN encoder reads. It cuts longer captions (`txt2img_demo.lua`, doc_length 201). */
export const ENCODER_CAPTION_LENGTH = 201;

/** The trimmed lines, without empty ones. Nothing else changes, because words are up to the encoder. */
export function captionLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r]/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}
