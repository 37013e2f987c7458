import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconCheck,
  IconDotsVertical,
  IconPencil,
  IconRotate,
  IconTag,
  IconTrash,
  IconX,
} from '@tabler/icons-react';
import { openDialog } from '../app/interface-state.ts';
import { useEditor, useEditorState } from '../app/use-editor.tsx';
import type { AnnotationView } from '../editor/editor-state.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './objects-section.module.css';

interface ObjectMenuProps {
  readonly view: AnnotationView;
  readonly name: string;
  readonly place: number;
  readonly last: number;
  onRename(): void;
}

export function ObjectMenu({ view, name, place, last, onRename }: ObjectMenuProps) {
  const text = useText();
  const editor = useEditor();
  const { id, review } = view.annotation;
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon size={28} aria-label={text('objects.more', { name })} className={styles['action'] ?? ''}>
          <IconDotsVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={onRename}>
          {text('objects.rename')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowUp size={16} />}
          disabled={place === 0}
          onClick={() => editor.reorder(id, place - 1)}
        >
          {text('objects.up')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowDown size={16} />}
          disabled={place === last}
          onClick={() => editor.reorder(id, place + 1)}
        >
          {text('objects.down')}
        </Menu.Item>
        <Menu.Divider />
        <LabelItems view={view} />
        <Menu.Divider />
        {review.status === 'accepted' ? null : (
          <Menu.Item
            leftSection={<IconCheck size={16} />}
            disabled={view.mask === null}
            onClick={() => editor.accept(id)}
          >
            {text('command.accept')}
          </Menu.Item>
        )}
        {review.status === 'rejected' ? null : (
          <Menu.Item
            leftSection={<IconX size={16} />}
            onClick={() => {
              editor.select(id);
              openDialog('reject');
            }}
          >
            {text('command.reject')}
          </Menu.Item>
        )}
        {review.status === 'unreviewed' ? null : (
          <Menu.Item leftSection={<IconRotate size={16} />} onClick={() => editor.reopen(id)}>
            {text('objects.reopen')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          className={styles['danger'] ?? ''}
          leftSection={<IconTrash size={16} />}
          onClick={() => editor.deleteAnnotation(id)}
        >
          {text('objects.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function LabelItems({ view }: { view: AnnotationView }) {
  const text = useText();
  const editor = useEditor();
  const labels = useEditorState((state) => state.labels);
  const { id, labelId } = view.annotation;
  return (
    <>
      <Menu.Label>{text('labels.title')}</Menu.Label>
      {labels.slice(0, 12).map((label) => (
        <Menu.Item
          key={label.id}
          leftSection={
            <span className={styles['swatch']} style={{ background: label.color, display: 'block' }} />
          }
          rightSection={label.id === labelId ? <IconCheck size={14} /> : null}
          onClick={() => editor.setLabel(id, label.id === labelId ? null : label.id)}
        >
          {label.name}
        </Menu.Item>
      ))}
      <Menu.Item leftSection={<IconTag size={16} />} onClick={() => openDialog('labels')}>
        {text('labels.edit')}
      </Menu.Item>
    </>
  );
}
