import { useEffect, useState } from 'react';
import { useServices } from '../app/services.tsx';
import { useEditorState } from '../app/use-editor.tsx';
import type { WholePicture } from './draw-in-frame.ts';

/** The image in view as the page shows it; null until it is there, and where it cannot be had. */
export function useDisplayImage(): WholePicture | null {
  const { client } = useServices();
  const datasetId = useEditorState((state) => state.image.datasetId);
  const imageId = useEditorState((state) => state.image.id);
  const [picture, setPicture] = useState<WholePicture | null>(null);
  useEffect(() => {
    const image = new Image();
    image.onload = () =>
      setPicture({ source: image, width: image.naturalWidth, height: image.naturalHeight });
    image.src = client.addressOf('readDisplay', { params: { datasetId, imageId } });
    return () => {
      image.onload = null;
      setPicture(null);
    };
  }, [client, datasetId, imageId]);
  return picture;
}
