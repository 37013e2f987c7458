import { useEditor } from '../app/use-editor.tsx';
import { captureFileName } from '../captures/captures.ts';
import { saveBlob } from '../captures/save-blob.ts';
import { useText } from '../i18n/use-text.ts';
import { announce } from '../panels/live-region.tsx';
import { useDisplayImage } from '../pictures/use-display-image.ts';
import { type SensitivitySheet, sensitivityPng } from './sensitivity-png.ts';

/** Saves the plots and the map as one picture, named after the image and the object. */
export function useSaveSensitivity(): (
  sheet: Pick<SensitivitySheet, 'made' | 'sentence'> & { readonly name: string },
) => void {
  const text = useText();
  const editor = useEditor();
  const picture = useDisplayImage();
  return ({ name, ...sheet }) => {
    const { image } = editor.store.getState();
    sensitivityPng({ ...sheet, text, picture, imageSize: image.size, title: `${image.name} · ${name}` })
      .then((blob) => {
        saveBlob(blob, captureFileName(image.name, name, 'sensitivity'));
        announce(text('sensitivity.saved'));
      })
      .catch((error: unknown) =>
        announce(
          text('sensitivity.save-failed', { reason: error instanceof Error ? error.message : String(error) }),
        ),
      );
  };
}
