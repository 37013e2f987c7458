import { IconPlus } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useEditor, useEditorState } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from './icon-button.tsx';
import { ObjectRow } from './object-row.tsx';
import styles from './objects-section.module.css';
import { Section } from './section.tsx';

export function ObjectsSection() {
  const text = useText();
  const editor = useEditor();
  const views = useEditorState((state) => state.views);
  const selectedId = useEditorState((state) => state.selectedId);
  const [dragged, setDragged] = useState<string | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const list = useRef<HTMLUListElement>(null);

  useEffect(() => {
    if (selectedId === null) return;
    list.current?.querySelector('[data-selected]')?.scrollIntoView({ block: 'nearest' });
  }, [selectedId]);

  const drop = (place: number) => {
    if (dragged !== null) editor.reorder(dragged, place);
    setDragged(null);
    setOver(null);
  };

  return (
    <Section
      name="objects"
      title={text('objects.title', { count: views.length })}
      aside={
        <IconButton
          label={text('command.new-object')}
          command="new-object"
          icon={<IconPlus size={16} />}
          size={28}
        />
      }
    >
      <ul className={styles['list']} ref={list}>
        {views.map((view, place) => (
          <ObjectRow
            key={view.annotation.id}
            view={view}
            selected={view.annotation.id === selectedId}
            place={place}
            last={views.length - 1}
            marked={over === place && dragged !== null && dragged !== view.annotation.id}
            onDragStart={() => setDragged(view.annotation.id)}
            onDragOver={() => setOver(place)}
            onDragEnd={() => {
              setDragged(null);
              setOver(null);
            }}
            onDrop={() => drop(place)}
          />
        ))}
        {views.length === 0 ? (
          <li className={styles['empty']}>
            <p>{text('objects.none')}</p>
            <p className={styles['how']}>{text('objects.none.how')}</p>
          </li>
        ) : null}
      </ul>
    </Section>
  );
}
