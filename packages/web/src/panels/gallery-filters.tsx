import { Button, NativeSelect } from '@mantine/core';
import { everyImage, type ImageChoice, interfaceStore, useInterface } from '../app/interface-state.ts';
import { useLabels, useStatistics } from '../app/server-lists.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './gallery-filters.module.css';
import { tagName } from './tag-name.ts';

const SORTS = ['path', 'modified', 'size', 'state', 'objects', 'score'] as const;
const STATES = ['unseen', 'in-work', 'accepted', 'rejected'] as const;
const OBJECTS = [1, 2, 5, 10, 20] as const;
const SCORES = [0.9, 0.8, 0.7, 0.5] as const;

/** One row: order, and what the images shown have in common. The server does both. */
export function GalleryFilters({ datasetId, total }: { datasetId: string; total: number }) {
  const text = useText();
  const formats = text.format;
  const choice = useInterface((state) => state.choice);
  const labels = useLabels(datasetId);
  const tags = useStatistics(datasetId)?.tags ?? [];
  const change = (changes: Partial<ImageChoice>) =>
    interfaceStore.setState({ choice: { ...choice, ...changes } });
  const numberOf = (value: string) => (value === '' ? null : Number(value));
  return (
    <search className={styles['filters']} aria-label={text('filter.title')}>
      <NativeSelect
        aria-label={text('filter.sort')}
        value={choice.sort}
        data={SORTS.map((sort) => ({ value: sort, label: text(`filter.sort.${sort}`) }))}
        onChange={(event) => change({ sort: event.currentTarget.value as ImageChoice['sort'] })}
      />
      <NativeSelect
        aria-label={text('filter.state')}
        value={choice.state ?? ''}
        data={[
          { value: '', label: text('filter.state.all') },
          ...STATES.map((state) => ({ value: state, label: text(`image-state.${state}`) })),
        ]}
        onChange={(event) => change({ state: (event.currentTarget.value || null) as ImageChoice['state'] })}
      />
      <NativeSelect
        aria-label={text('filter.tag')}
        value={choice.tag ?? ''}
        data={[
          { value: '', label: text('filter.tag.all') },
          ...tags.map(({ name, count }) => ({ value: name, label: `${tagName(text, name)} (${count})` })),
        ]}
        onChange={(event) => change({ tag: event.currentTarget.value || null })}
      />
      <NativeSelect
        aria-label={text('filter.label')}
        value={choice.label ?? ''}
        data={[
          { value: '', label: text('filter.label.all') },
          ...labels.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(event) => change({ label: event.currentTarget.value || null })}
      />
      <NativeSelect
        aria-label={text('filter.objects')}
        value={choice.minObjects ?? ''}
        data={[
          { value: '', label: text('filter.objects.all') },
          ...OBJECTS.map((count) => ({
            value: String(count),
            label: text('filter.objects.from', { number: formats.number(count) }),
          })),
        ]}
        onChange={(event) => change({ minObjects: numberOf(event.currentTarget.value) })}
      />
      <NativeSelect
        aria-label={text('filter.score')}
        value={choice.maxScore ?? ''}
        data={[
          { value: '', label: text('filter.score.all') },
          ...SCORES.map((score) => ({
            value: String(score),
            label: text('filter.score.to', { number: formats.fixed(score, 1) }),
          })),
        ]}
        onChange={(event) => change({ maxScore: numberOf(event.currentTarget.value) })}
      />
      <Button
        variant="subtle"
        disabled={choice === everyImage}
        onClick={() => interfaceStore.setState({ choice: everyImage })}
      >
        {text('filter.clear')}
      </Button>
      <output className={`${styles['found']} number`}>{text('filter.found', { count: total })}</output>
    </search>
  );
}
