import type { RgbImage } from '@t2i/core';
import type { EvaluatedSet, Metric, MetricKind, RunEvaluation } from '@t2i/pipeline';
import { describe, expect, it } from 'vitest';
import { evaluationMarkdown } from './evaluation-markdown.ts';
import { evaluationPage } from './evaluation-page.ts';
import { metricTable } from './metric-table.ts';

const figure = (kind: MetricKind, value: number, extractor = 'googlenet', standardError?: number): Metric => ({
  ...{ kind, name: `${kind}-${extractor}-200-test-64px`, value },
  ...(standardError !== undefined && { standardError }),
});
const row = (set: EvaluatedSet, ...figures: Metric[]) => ({ set, figures });
const rows = [
  row('training', figure('frechet', 34.5), figure('frechet', 12.25, 'inception-v3')),
  row(
    'generated',
    figure('frechet', 123.456),
    figure('r-precision', 0.0625, 'char-cnn-rnn', 0.0123),
    figure('kernel', 0.004321),
    figure('frechet', 77, 'inception-v3'),
  ),
  row('test', figure('r-precision', 0.5, 'char-cnn-rnn', 0)),
];
const report: RunEvaluation['report'] = {
  run: { epoch: 3, step: 40, imagesShown: 640 },
  ...{ dataset: 'oxford-102', samples: 200, references: 190, trainingPhotos: 180, imageSize: 64, seed: 7 },
  extractors: [{ name: 'googlenet', id: 'googlenet-abc' }],
  judge: { id: 'char-cnn-rnn-1', ofTheGenerator: true },
  rows,
  relative: { rPrecision: 0.125, diversityWithinClass: 0.8, diversityAtCaption: 0.75 },
};
const image: RgbImage = { data: new Uint8Array(12), width: 2, height: 2 };

describe('metricTable', () => {
  it('puts metrics of one name into one row, with sets side by side in a fixed order', () => {
    expect(metricTable(report)).toEqual({
      header: ['metric', 'better', 'generated', 'training photos', 'test photos'],
      rows: [
        ['frechet-googlenet-200-test-64px', 'lower', '123.5', '34.50', ''],
        ['r-precision-char-cnn-rnn-200-test-64px', 'higher', '6.3 % ± 1.2', '', '50.0 % ± 0.0'],
        ['kernel-googlenet-200-test-64px', 'lower', '0.0043', '', ''],
        ['frechet-inception-v3-200-test-64px', 'lower', '77.00', '12.25', ''],
      ],
    });
  });
});

describe('evaluationMarkdown', () => {
  it('tells what was measured, by whom, and what not to compare it with', () => {
    const text = evaluationMarkdown(report);
    expect(text).toContain('Epoch 3, step 40, 640 images shown. 200 images of 64 pixels');
    expect(text).toContain('190 test and 180 training photos of the same size; seed 7. Features: googlenet-abc');
    expect(text).toContain('`char-cnn-rnn-1`, the encoder that the generator was trained with: it may be lenient');
    expect(text).toContain('R-precision 12.5 %, diversity within a class 80.0 %, at fixed caption 75.0 %');
    expect(text).toContain('| frechet-googlenet-200-test-64px | lower | 123.5 | 34.50 |  |');
    expect(text).toMatch(/Papers report .* do not compare them with these/);
  });

  it('tells when there is no judge', () => {
    const { rPrecision: _, ...relative } = report.relative;
    const text = evaluationMarkdown({ ...report, judge: null, relative });
    expect(text).toContain('the match of images and captions is not measured');
    expect(text).toContain('size: diversity within a class 80.0 %');
  });
});

describe('captions and missing metrics', () => {
  it('tells whether the captions are known from training', () => {
    expect(evaluationMarkdown(report)).toContain('generated for captions of test photos of oxford-102, compared with');
    const none = evaluationMarkdown({ ...report, trainedCaptions: 0 });
    expect(none).toContain(
      'of test photos of oxford-102, none of which the generator was trained on, compared with 190 test',
    );
    const some = evaluationMarkdown({ ...report, trainedCaptions: 3 });
    expect(some).toContain('3 of 200 of which the generator was trained on, word for word');
    const all = evaluationMarkdown({ ...report, heldOut: false, trainedCaptions: 200 });
    expect(all).toMatch(/the generator was trained on them, compared with 190 training photos/);
    expect(all).toContain('| training photos |');
  });

  it('names missing metrics with the reason', () => {
    const why = 'no class has two images';
    const leftOut = [
      { set: 'generated', kind: 'diversity-class', why },
      { set: 'test', kind: 'diversity-class', why },
    ] as const;
    const text = evaluationMarkdown({ ...report, leftOut, relative: {} });
    expect(text).toContain(`Left out: diversity within a class (of generated, test photos), because ${why}.`);
    expect(text).not.toContain('Relative to');
    expect(text).not.toMatch(/NaN|undefined/);
  });
});

describe('evaluationPage', () => {
  it('contains every image, and escapes captions', async () => {
    const example = {
      ...{
        caption: 'a <b>red</b> flower',
        trainedOn: true,
        className: 'rose',
        generated: image,
        untrained: image,
        photo: image,
      },
      nearest: { photo: image, className: 'tulip & co', distance: 12.34 },
    };
    const grid = [{ caption: 'blue', images: [image, image] }];
    const page = await evaluationPage({ report, images: { examples: [example], grid } });
    expect(page.match(/<img /g)).toHaveLength(4 + 2);
    expect(page).toContain('a &lt;b&gt;red&lt;/b&gt; flower');
    expect(page).toContain('tulip &amp; co, 12.3 away');
    expect(page).toContain('<code>char-cnn-rnn-1</code>');
    expect(page).toContain('<td>123.5</td>');
    expect(page).toContain('flower<br><em>trained on</em>');
    expect(page).not.toContain('undefined');
  });
});
