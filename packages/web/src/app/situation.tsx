import { Button } from '@mantine/core';
import {
  IconCloudOff,
  IconFileAlert,
  IconFolderOpen,
  IconFolderX,
  IconLock,
  IconPhotoOff,
  IconPhotoX,
  IconSearchOff,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useText } from '../i18n/use-text.ts';
import styles from './situation.module.css';

const icons = {
  'empty-folder': IconFolderOpen,
  'empty-read-only': IconFolderX,
  'no-permission': IconLock,
  'nothing-found': IconSearchOff,
  'no-dataset': IconFolderX,
  'server-gone': IconCloudOff,
  'image-gone': IconPhotoX,
  'image-problem': IconPhotoOff,
  'picture-failed': IconPhotoOff,
  failed: IconFileAlert,
  broken: IconFileAlert,
};

export type SituationName = keyof typeof icons;

interface SituationProps {
  readonly name: SituationName;
  /** A fact of this case: a path, the words of an error. */
  readonly details?: string | undefined;
  readonly action?: string | undefined;
  readonly children?: ReactNode;
  onAction?(): void;
}

/** What is there to say when there is nothing to show: what happened, why, and the one thing to do. */
export function Situation({ name, details, action, children, onAction }: SituationProps) {
  const text = useText();
  const Icon = icons[name];
  return (
    <div className={styles['situation']} role="status">
      <span className={styles['icon']}>
        <Icon size={28} stroke={1.5} />
      </span>
      <h2 className={styles['title']}>{text(`state.${name}.title`)}</h2>
      <p className={styles['say']}>{text(`state.${name}.say`)}</p>
      {details === undefined ? null : <p className={styles['details']}>{details}</p>}
      {action === undefined ? null : (
        <Button size="sm" onClick={onAction}>
          {action}
        </Button>
      )}
      {children}
    </div>
  );
}
