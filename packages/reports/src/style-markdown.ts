/** The metrics of a style encoder as Markdown, with the values of an encoder that knows nothing and of an exact one. */

import type { StyleReport } from '@t2i/pipeline';
import { markdownTable, percent } from './markdown-table.ts';

export function styleMarkdown({ samples, heldOut, style, generator, reconstruction, background }: StyleReport): string {
  const { error, cosine, recognised } = reconstruction;
  const table = markdownTable(
    ['', 'measured', 'no information', 'exact'],
    [
      ['squared error per coordinate of z', number(error), '1', '0'],
      ['cosine of S(G(z, t)) and z', number(cosine), '0', '1'],
      [`z recognised among ${samples}`, percent(recognised), percent(1 / samples), '100 %'],
      ['background kept, image → other caption', number(background.drawn), '0', number(background.exact)],
      ['background kept, photo → other caption', number(background.photos), number(background.chance), ''],
    ],
  );
  const of = `Style encoder at step ${style.step} (epoch ${style.epoch}), generator at step ${generator.step} (epoch ${generator.epoch})`;
  return `${of}; ${samples} captions and photos of ${heldOut ? 'the test split' : 'the training split, because there are no two test photos'}\n\n${table}`;
}

const number = (value: number) => value.toFixed(3);
