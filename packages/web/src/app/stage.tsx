import type { Editor } from '../editor/editor.ts';
import { useServices } from './services.tsx';
import { useEditorState } from './use-editor.tsx';

/** The image with its masks. */
export function Stage({ editor: _ }: { editor: Editor }) {
  const { client } = useServices();
  const image = useEditorState((state) => state.image);
  return (
    <img
      alt={image.name}
      style={{
        position: 'absolute',
        inset: 24,
        width: 'calc(100% - 48px)',
        height: 'calc(100% - 48px)',
        objectFit: 'contain',
      }}
      src={client.addressOf('readDisplay', { params: { datasetId: image.datasetId, imageId: image.id } })}
    />
  );
}
