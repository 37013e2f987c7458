import { IconCloudCheck, IconCloudOff, IconCloudUp, IconEye } from '@tabler/icons-react';
import { useEditorState } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { Tip } from './tip.tsx';
import styles from './top-bar.module.css';

const icons = { saved: IconCloudCheck, saving: IconCloudUp, offline: IconCloudOff };

export function SaveMark() {
  const text = useText();
  const save = useEditorState((state) => state.save);
  const Icon = icons[save];
  return (
    <Tip label={text(`save.${save}.what`)} long="long">
      <span className={styles['save']} data-state={save} role="status">
        <Icon size={16} stroke={1.7} aria-hidden="true" />
        <span>{text(`save.${save}`)}</span>
      </span>
    </Tip>
  );
}

/** In its place for who may not change anything. */
export function ReadOnlyMark() {
  const text = useText();
  return (
    <Tip label={text('user.read-only.what')} long="long">
      <span className={styles['save']} role="status">
        <IconEye size={16} stroke={1.7} aria-hidden="true" />
        <span>{text('user.read-only')}</span>
      </span>
    </Tip>
  );
}
