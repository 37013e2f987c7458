import { canvasFr } from './canvas.fr.ts';
import { compareFr } from './compare.fr.ts';
import { editorFr } from './editor.fr.ts';
import type { en } from './en.ts';
import { galleryFr } from './gallery.fr.ts';
import { monitoringFr } from './monitoring.fr.ts';
import { reportFr } from './report.fr.ts';
import { sensitivityFr } from './sensitivity.fr.ts';
import { shellFr } from './shell.fr.ts';
import { tableFr } from './table.fr.ts';

/** Exactly the keys of the English texts: the compiler says which are missing. */
export const fr: Readonly<Record<keyof typeof en, string>> = {
  ...shellFr,
  ...editorFr,
  ...canvasFr,
  ...compareFr,
  ...reportFr,
  ...galleryFr,
  ...sensitivityFr,
  ...tableFr,
  ...monitoringFr,
};
