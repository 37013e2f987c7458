import { IconEye, IconEyeOff, IconGripVertical, IconLock, IconLockOpen } from '@tabler/icons-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { useEditor, useEditorState } from '../app/use-editor.tsx';
import type { AnnotationView } from '../editor/editor-state.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from './icon-button.tsx';
import { shownScore } from './measured-values.ts';
import { ObjectMenu } from './object-menu.tsx';
import styles from './objects-section.module.css';
import { ReviewMark } from './state-mark.tsx';

interface ObjectRowProps {
  readonly view: AnnotationView;
  readonly selected: boolean;
  readonly place: number;
  readonly last: number;
  readonly marked: boolean;
  onDragStart(): void;
  onDragOver(): void;
  onDragEnd(): void;
  onDrop(): void;
}

export function ObjectRow(props: ObjectRowProps) {
  const { view, selected, place, last } = props;
  const { annotation, color } = view;
  const text = useText();
  const editor = useEditor();
  const label = useEditorState(({ labels }) => labels.find(({ id }) => id === annotation.labelId));
  const [renaming, setRenaming] = useState(false);
  const name = annotation.name === '' ? text('objects.unnamed', { place: place + 1 }) : annotation.name;
  const score = shownScore(view);

  const onKeyDown = (event: KeyboardEvent) => {
    const move = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (event.key === 'F2') setRenaming(true);
    else if (move !== 0 && event.altKey) {
      const to = Math.min(last, Math.max(0, place + move));
      if (to !== place) editor.reorder(annotation.id, to);
    } else return;
    event.preventDefault();
  };

  return (
    <li
      className={styles['row']}
      data-selected={selected || undefined}
      data-hidden={!annotation.visible || undefined}
      data-marked={props.marked || undefined}
      draggable={!renaming}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        props.onDragStart();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        props.onDragOver();
      }}
      onDragEnd={props.onDragEnd}
      onDrop={(event) => {
        event.preventDefault();
        props.onDrop();
      }}
    >
      <span className={styles['grip']} aria-hidden="true">
        <IconGripVertical size={14} />
      </span>
      {renaming ? (
        <NameField
          name={annotation.name}
          onDone={(next) => {
            if (next !== null && next !== annotation.name) editor.rename(annotation.id, next);
            setRenaming(false);
          }}
        />
      ) : (
        <button
          type="button"
          className={styles['main']}
          aria-pressed={selected}
          aria-keyshortcuts="F2 Alt+ArrowUp Alt+ArrowDown"
          onClick={() => editor.select(annotation.id)}
          onDoubleClick={() => setRenaming(true)}
          onKeyDown={onKeyDown}
        >
          <span className={styles['swatch']} style={{ background: color }} />
          <span className={styles['name']}>{name}</span>
          {label === undefined ? null : <span className={styles['label']}>{label.name}</span>}
          <span className={`${styles['score']} number`}>
            {score === null ? '' : text.format.fixed(score, 2)}
          </span>
          <ReviewMark review={annotation.review} />
        </button>
      )}
      <div className={styles['actions']}>
        <IconButton
          label={text(annotation.visible ? 'objects.hide' : 'objects.show', { name })}
          icon={annotation.visible ? <IconEye size={16} /> : <IconEyeOff size={16} />}
          pressed={!annotation.visible}
          size={28}
          className={`${styles['action']} ${annotation.visible ? styles['quiet'] : ''}`}
          onClick={() => editor.setVisible(annotation.id, annotation.visible ? 'hidden' : 'shown')}
        />
        <IconButton
          label={text(annotation.locked ? 'objects.unlock' : 'objects.lock', { name })}
          icon={annotation.locked ? <IconLock size={16} /> : <IconLockOpen size={16} />}
          pressed={annotation.locked}
          size={28}
          className={`${styles['action']} ${annotation.locked ? '' : styles['quiet']}`}
          onClick={() => editor.setLocked(annotation.id, annotation.locked ? 'unlocked' : 'locked')}
        />
        <ObjectMenu view={view} name={name} place={place} last={last} onRename={() => setRenaming(true)} />
      </div>
    </li>
  );
}

function NameField({ name, onDone }: { name: string; onDone(next: string | null): void }) {
  const text = useText();
  const left = useRef(false);
  const done = (next: string | null) => {
    // Leaving by Escape blurs as well: the first way out counts.
    if (left.current) return;
    left.current = true;
    onDone(next);
  };
  return (
    <input
      className={styles['rename']}
      aria-label={text('objects.name')}
      defaultValue={name}
      maxLength={200}
      ref={(element) => element?.select()}
      onBlur={(event) => done(event.target.value.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') done(event.currentTarget.value.trim());
        if (event.key === 'Escape') done(null);
        event.stopPropagation();
      }}
    />
  );
}
