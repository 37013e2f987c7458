import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import styles from './image-changed-bar.module.css';
import { useImage } from './server-lists.ts';
import { useEditorState } from './use-editor.tsx';

/** Says that the file is not the one that the masks were made on. They are kept as they are. */
export function ImageChangedBar() {
  const text = useText();
  const { datasetId, id } = useEditorState((state) => state.image);
  const changed = useImage(datasetId, id).data?.changed === true;
  const [dismissed, setDismissed] = useState<string | null>(null);
  if (!changed || dismissed === id) return null;
  return (
    <div className={styles['bar']} role="status">
      <IconAlertTriangle size={16} stroke={1.8} className={styles['icon']} />
      <p>{text('changed.say')}</p>
      <button type="button" className={styles['action']} onClick={() => setDismissed(id)}>
        {text('changed.understood')}
      </button>
    </div>
  );
}
