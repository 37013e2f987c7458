import { editorEn } from './editor.en.ts';
import { shellEn } from './shell.en.ts';

export const en = { ...shellEn, ...editorEn } as const;
