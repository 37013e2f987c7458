import type { WireImage } from '@calque/api';
import { Popover, TextInput } from '@mantine/core';
import { IconCheck, IconTag, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useServices } from '../app/services.tsx';
import { useText } from '../i18n/use-text.ts';
import styles from './image-tags.module.css';
import { tagName } from './tag-name.ts';

interface TagChange {
  readonly add?: string[];
  readonly remove?: string[];
  readonly refuse?: string[];
}

/** Under a picture: its tags, the first suggestion with its reason, and what changes them. */
export function ImageTags({ image }: { image: WireImage }) {
  const text = useText();
  const { client } = useServices();
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const change = async (changes: TagChange) => {
    try {
      const body = { images: [image.id], ...changes };
      await client.call('changeTags', { params: { datasetId: image.datasetId }, body });
      setError(null);
      void queries.invalidateQueries({ queryKey: ['statistics', image.datasetId] });
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  const [suggestion] = image.suggestions;
  return (
    <div className={styles['tags']}>
      <Popover width={240} position="bottom-start" trapFocus>
        <Popover.Target>
          <button
            type="button"
            className={styles['edit']}
            aria-label={text('tags.edit', { name: image.name })}
          >
            <IconTag size={14} />
            <span className={styles['names']}>{image.tags.map((tag) => tagName(text, tag)).join(', ')}</span>
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <TagForm image={image} error={error} onChange={change} />
        </Popover.Dropdown>
      </Popover>
      {suggestion === undefined ? null : <Suggestion suggestion={suggestion} onChange={change} />}
    </div>
  );
}

interface Changing {
  readonly onChange: (changes: TagChange) => Promise<void>;
}

function Suggestion({ suggestion, onChange }: Changing & { suggestion: WireImage['suggestions'][number] }) {
  const text = useText();
  const formats = text.format;
  const { tag, fact, value, threshold } = suggestion;
  const name = tagName(text, tag);
  const said = (number: number) => (fact === 'objects' ? formats.number(number) : formats.fixed(number, 2));
  const why = text(`tags.why.${fact}`, { value: said(value), threshold: said(threshold) });
  return (
    <span className={styles['suggestion']} title={why}>
      {text('tags.suggested', { tag: name })}
      <button
        type="button"
        aria-label={`${text('tags.accept', { tag: name })}. ${why}`}
        onClick={() => void onChange({ add: [tag] })}
      >
        <IconCheck size={14} />
      </button>
      <button
        type="button"
        aria-label={text('tags.refuse', { tag: name })}
        onClick={() => void onChange({ refuse: [tag] })}
      >
        <IconX size={14} />
      </button>
    </span>
  );
}

function TagForm({ image, error, onChange }: Changing & { image: WireImage; error: string | null }) {
  const text = useText();
  const [draft, setDraft] = useState('');
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        const tag = draft.trim();
        if (tag === '') return;
        setDraft('');
        void onChange({ add: [tag] });
      }}
    >
      <TextInput
        aria-label={text('tags.add')}
        placeholder={text('tags.placeholder')}
        value={draft}
        maxLength={60}
        error={error}
        onChange={(event) => setDraft(event.currentTarget.value)}
        data-autofocus
      />
      <ul className={styles['list']}>
        {image.tags.map((tag) => (
          <li key={tag}>
            {tagName(text, tag)}
            <button
              type="button"
              aria-label={text('tags.remove', { tag: tagName(text, tag) })}
              onClick={() => void onChange({ remove: [tag] })}
            >
              <IconX size={14} />
            </button>
          </li>
        ))}
      </ul>
    </form>
  );
}
