import { MockEncoder } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { previewRows } from './preview-rows.ts';
import { parseRunConfig } from './run-config.ts';
import { trainedCaptions } from './trained-captions.ts';

/** Two training photos, one for validation, and test photos of three classes, some of which are described as training photos are. */
const CAPTIONS = [
  ['A red flower', 'never used'],
  ['a blue flower', 'never used either'],
  ['a white flower', 'not this one'],
  ['a red  flower', 'a red star'],
  ['a white flower'],
  ['a white star'],
  ['a blue flower', 'a white flower'],
] as const;
const dataset = {
  labels: Int32Array.of(0, 1, 2, 3, 4, 4, 5),
  splits: { train: Int32Array.of(0, 1), val: Int32Array.of(2), test: Int32Array.of(3, 4, 5, 6) },
  captions: (item: number) => CAPTIONS[item]!,
};

it('marks captions by whether training saw their text, and prefers seen or unseen ones', async () => {
  const { preview, batches } = parseRunConfig({
    data: { kind: 'toy-flowers' },
    batches: { captionsPerImage: 1 },
    preview: { captions: ['a BLUE flower', 'a blue star'], seen: 2, unseen: 3 },
  });
  const rows = await previewRows(dataset, new MockEncoder(), { preview, batches });
  expect(rows.map(({ caption, seen }) => [caption, seen])).toEqual([
    ['a BLUE flower', true],
    ['a blue star', false],
    ...[...rows].slice(2, 4).map(({ caption }) => [caption, true]),
    ...[...rows].slice(4).map(({ caption }) => [caption, caption.endsWith('flower')]),
  ]);
  expect(
    rows
      .slice(2, 4)
      .map(({ caption }) => caption)
      .sort(),
  ).toEqual(['A red flower', 'a blue flower']);
  const unseen = rows.slice(4).map(({ caption }) => caption);
  expect(unseen).toEqual(expect.arrayContaining(['a red star', 'a white star']));
  // of the last class every caption was trained on: the row says so
  expect(unseen.filter((caption) => caption.endsWith('flower'))).toHaveLength(1);
});

it('counts only the captions in use', () => {
  expect(['never used', 'a red flower'].map(trainedCaptions(dataset, 1))).toEqual([false, true]);
  expect(['never used', 'a red star'].map(trainedCaptions(dataset))).toEqual([true, false]);
});
