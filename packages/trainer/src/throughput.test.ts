import { expect, it } from 'vitest';
import { Throughput } from './throughput.ts';

it('counts images per second over the last 20 steps', () => {
  const throughput = new Throughput(0, 100, 0);
  expect(throughput.imagesPerSecond()).toBe(0);
  for (let i = 0; i < 30; i++) throughput.add(64, 10_000);
  expect(throughput.imagesPerSecond()).toBeCloseTo(6.4);
  for (let i = 0; i < 20; i++) throughput.add(64, 500);
  expect(throughput.imagesPerSecond()).toBeCloseTo(128);
});

it('expects the rest at the pace of this session, resumed or not', () => {
  expect(new Throughput(0, 100, 5_000).secondsLeft(10, 25_000)).toBeCloseTo(180);
  expect(new Throughput(50, 100, 5_000).secondsLeft(60, 25_000)).toBeCloseTo(80);
  expect(new Throughput(0, 10, 0).secondsLeft(10, 9_000)).toBe(0);
});

it('expects no more than the limit allows', () => {
  const throughput = new Throughput(0, 100, 5_000, 60_000);
  expect(throughput.secondsLeft(10, 25_000)).toBeCloseTo(40);
  expect(throughput.secondsLeft(10, 90_000)).toBe(0);
});
