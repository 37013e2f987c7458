import { useEditor } from '../app/use-editor.tsx';
import { captureFileName } from '../captures/captures.ts';
import { saveBlob } from '../captures/save-blob.ts';
import { useText } from '../i18n/use-text.ts';
import { announce } from '../panels/live-region.tsx';
import { type ComparisonSheet, comparisonPng } from './comparison-png.ts';

/** Saves the comparison as a picture, named after the image and the object. */
export function useSaveComparison(): (sheet: Omit<ComparisonSheet, 'title' | 'text' | 'opacity'>) => void {
  const text = useText();
  const editor = useEditor();
  return (sheet) => {
    const { image, maskOpacity: opacity } = editor.store.getState();
    const { name } = sheet.after.annotation;
    comparisonPng({ ...sheet, opacity, text, title: `${image.name} · ${name}` })
      .then((blob) => {
        saveBlob(blob, captureFileName(image.name, name, 'comparison'));
        announce(text('compare.saved'));
      })
      .catch((error: unknown) =>
        announce(text('compare.failed', { reason: error instanceof Error ? error.message : String(error) })),
      );
  };
}
