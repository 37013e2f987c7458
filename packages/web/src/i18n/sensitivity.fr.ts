import type { sensitivityEn } from './sensitivity.en.ts';

export const sensitivityFr: Readonly<Record<keyof typeof sensitivityEn, string>> = {};
