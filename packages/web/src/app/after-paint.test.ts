import { expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { afterPaint } from './after-paint.ts';

function open() {
  const frames: (() => void)[] = [];
  const store = createStore(() => ({ count: 1 }));
  const late = afterPaint(store, (listener) => frames.push(listener));
  const told: number[] = [];
  const paint = () => {
    for (const frame of frames.splice(0)) frame();
  };
  return { store, late, told, paint, listen: () => late.subscribe(({ count }) => told.push(count)) };
}

test('what changes is told after the next paint, and only the newest of it', () => {
  const { store, late, told, paint, listen } = open();
  listen();
  store.setState({ count: 2 });
  store.setState({ count: 3 });
  expect([late.getState().count, told]).toEqual([1, []]);
  paint();
  expect([late.getState().count, told]).toEqual([3, [3]]);
  paint();
  expect(told).toEqual([3]);
});

test('who begins to listen sees the state as it is, and who ended hears nothing', () => {
  const { store, late, told, paint, listen } = open();
  store.setState({ count: 5 });
  expect(late.getState().count).toBe(5);
  const end = listen();
  store.setState({ count: 6 });
  end();
  paint();
  store.setState({ count: 7 });
  paint();
  expect([late.getState().count, told]).toEqual([7, []]);
});

test('what changes between the first look and listening is told, too', () => {
  const { store, late, told, paint, listen } = open();
  expect(late.getState().count).toBe(1);
  store.setState({ count: 4 });
  listen();
  paint();
  expect([late.getState().count, told]).toEqual([4, [4]]);
});
