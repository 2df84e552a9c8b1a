import { describe, expect, it } from 'vitest';
import type { StepEvent } from '../events.ts';
import { ConsoleProgress, statusLine } from './console.ts';

const event = (step: number, logged = false): StepEvent => ({
  step,
  totalSteps: 660,
  epoch: 3,
  epochs: 6,
  images: step * 64,
  batchSize: 64,
  imagesPerSecond: 41.234,
  secondsLeft: 7980,
  scalars: { 'loss/discriminator': 0.7051, 'loss/generator': 123.4, 'score/real': 0.5 },
  logged,
});

const LINE =
  'epoch 3/6 · step 250/660 · 41.2 images/s · 2 h 13 min left · loss discriminator 0.705 generator 123 · score real 0.500';

it('says everything in one line', () => {
  expect(statusLine(event(250))).toBe(LINE);
  expect(statusLine(event(250), 'steps')).toBe(LINE.replace('41.2 images/s', '0.644 steps/s'));
});

describe('ConsoleProgress', () => {
  const collect = (terminal: object) => {
    const written: string[] = [];
    let time = 0;
    const stream = { write: (text: string) => written.push(text), ...terminal };
    const progress = new ConsoleProgress({ stream, now: () => time });
    return { written, progress, wait: (ms: number) => (time += ms) };
  };

  it('prints plain lines, one per line of the log, when piped', () => {
    const { written, progress } = collect({});
    progress.update(event(249));
    progress.update(event(250, true));
    progress.warn('careful');
    progress.close();
    expect(written).toEqual([`${LINE}\n`, 'warning: careful\n']);
  });

  it('keeps one line on a terminal, cut to its width and redrawn at most ten times a second', () => {
    const { written, progress, wait } = collect({ isTTY: true, columns: 30 });
    progress.update(event(1));
    wait(50);
    progress.update(event(2));
    wait(50);
    progress.update(event(3));
    progress.close();
    expect(written).toEqual([1, 3].map((step) => `\r\u001b[2Kepoch 3/6 · step ${step}/660 · 41.2`).concat('\n'));
  });

  it('prints messages above the status line', () => {
    const { written, progress } = collect({ isTTY: true, columns: 10 });
    progress.info('hello');
    progress.update(event(1));
    progress.info('there');
    expect(written).toEqual(['hello\n', '\r\u001b[2Kepoch 3/6', '\r\u001b[2Kthere\nepoch 3/6']);
  });

  it('always shows the last step', () => {
    const { written, progress } = collect({ isTTY: true, columns: 30 });
    progress.update(event(659));
    progress.update(event(660));
    expect(written.at(-1)).toContain('step 660/660');
  });
});
