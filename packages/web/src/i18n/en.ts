import { canvasEn } from './canvas.en.ts';
import { compareEn } from './compare.en.ts';
import { editorEn } from './editor.en.ts';
import { galleryEn } from './gallery.en.ts';
import { monitoringEn } from './monitoring.en.ts';
import { reportEn } from './report.en.ts';
import { sensitivityEn } from './sensitivity.en.ts';
import { shellEn } from './shell.en.ts';
import { tableEn } from './table.en.ts';

export const en = {
  ...shellEn,
  ...editorEn,
  ...canvasEn,
  ...compareEn,
  ...reportEn,
  ...galleryEn,
  ...sensitivityEn,
  ...tableEn,
  ...monitoringEn,
} as const;
