import { createStore } from 'zustand/vanilla';

/** Counts the times that somebody asked for a measurement from elsewhere than the panel, which may not be open yet. */
export const sensitivityWish = createStore<{ readonly asked: number; readonly answered: number }>(() => ({
  asked: 0,
  answered: 0,
}));
