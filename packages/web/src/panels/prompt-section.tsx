import { type BoxXyxy, clippedBox, orderedBox, type Size } from '@calque/core';
import { Button, NumberInput } from '@mantine/core';
import { IconEye, IconEyeOff, IconMask, IconReplace, IconTrash, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useEditor, useEditorState, useSelectedView } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from './icon-button.tsx';
import styles from './prompt-section.module.css';
import { Section } from './section.tsx';

const corners = ['x1', 'y1', 'x2', 'y2'] as const;

export function PromptSection() {
  const text = useText();
  const editor = useEditor();
  const view = useSelectedView();
  const size = useEditorState((state) => state.image.size);
  const prompt = view?.annotation.prompt ?? null;
  const locked = view === null || view.annotation.locked;
  const points = prompt?.points ?? [];
  const empty = prompt === null || (prompt.box === null && points.length === 0 && prompt.maskId === null);
  return (
    <>
      <Section
        name="prompt-box"
        title={text('prompt.box')}
        aside={
          <IconButton
            label={text('command.clear-box')}
            icon={<IconX size={16} />}
            size={28}
            disabled={locked || prompt?.box === null}
            onClick={() => editor.clearBox()}
          />
        }
      >
        <BoxFields
          box={prompt?.box ?? null}
          size={size}
          disabled={view?.annotation.locked === true}
          onChange={(box) => editor.setBox(box)}
        />
      </Section>
      <Section name="prompt-points" title={text('prompt.points', { count: points.length })}>
        <ol className={styles['points']}>
          {points.map((point, place) => (
            <li key={point.id} className={styles['point']} data-off={!point.enabled || undefined}>
              <span className={styles['glyph']} data-label={point.label} aria-hidden="true">
                {point.label === 'foreground' ? '+' : '−'}
              </span>
              <span className={styles['what']}>{text(`prompt.point.${point.label}`)}</span>
              <span className={`${styles['at']} number`}>
                {text.format.fixed(point.x, 1)} · {text.format.fixed(point.y, 1)}
              </span>
              <IconButton
                label={text(point.enabled ? 'prompt.point.off' : 'prompt.point.on', { place: place + 1 })}
                icon={point.enabled ? <IconEye size={15} /> : <IconEyeOff size={15} />}
                pressed={!point.enabled}
                size={28}
                disabled={locked}
                onClick={() => editor.togglePoint(point.id)}
              />
              <IconButton
                label={text('prompt.point.flip', { place: place + 1 })}
                icon={<IconReplace size={15} />}
                size={28}
                disabled={locked}
                onClick={() => editor.flipPointLabel(point.id)}
              />
              <IconButton
                label={text('prompt.point.delete', { place: place + 1 })}
                icon={<IconTrash size={15} />}
                size={28}
                disabled={locked}
                onClick={() => editor.removePoint(point.id)}
              />
            </li>
          ))}
          {points.length === 0 ? <li className={styles['none']}>{text('prompt.points.none')}</li> : null}
        </ol>
      </Section>
      <Section name="prompt-mask" title={text('prompt.mask')}>
        <p className={styles['say']}>
          {text(prompt?.maskId == null ? 'prompt.mask.none' : 'prompt.mask.given')}
        </p>
        <div className={styles['buttons']}>
          <Button
            variant="default"
            leftSection={<IconMask size={16} />}
            disabled={locked || view?.mask == null}
            onClick={() => editor.setMaskPrompt(view?.mask?.rle ?? null)}
          >
            {text('prompt.mask.use')}
          </Button>
          <Button
            variant="default"
            disabled={locked || prompt?.maskId == null}
            onClick={() => editor.setMaskPrompt(null)}
          >
            {text('prompt.mask.remove')}
          </Button>
        </div>
        <Button
          variant="subtle"
          className={styles['danger'] ?? ''}
          fullWidth
          disabled={locked || empty}
          onClick={() => editor.clearPrompt()}
        >
          {text('command.clear-prompt')}
        </Button>
      </Section>
    </>
  );
}

interface BoxFieldsProps {
  readonly box: BoxXyxy | null;
  readonly size: Size | null;
  readonly disabled: boolean;
  onChange(box: BoxXyxy): void;
}

/** Takes effect when a field is left or Enter is pressed, so that half a number asks nothing. */
function BoxFields({ box, size, disabled, onChange }: BoxFieldsProps) {
  const text = useText();
  const [draft, setDraft] = useState<Partial<Record<keyof BoxXyxy, number | string>>>({});
  useEffect(() => setDraft(box ?? {}), [box]);
  const commit = () => {
    const values = corners.map((corner) => draft[corner]);
    if (size === null || !values.every((value) => typeof value === 'number')) return;
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = values as number[];
    const next = clippedBox(orderedBox({ x1, y1, x2, y2 }), size);
    if (next === null) return setDraft(box ?? {});
    if (box === null || corners.some((corner) => box[corner] !== next[corner])) onChange(next);
    else setDraft(box);
  };
  return (
    <div className={styles['box']}>
      {corners.map((corner) => (
        <NumberInput
          key={corner}
          label={text(`prompt.box.${corner}`)}
          aria-label={text(`prompt.box.${corner}`)}
          size="xs"
          hideControls
          allowNegative={false}
          decimalScale={1}
          decimalSeparator={text.language === 'fr' ? ',' : '.'}
          max={corner.startsWith('x') ? (size?.width ?? 0) : (size?.height ?? 0)}
          disabled={disabled}
          value={draft[corner] ?? ''}
          onChange={(value) => setDraft((current) => ({ ...current, [corner]: value }))}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit();
            if (event.key === 'Escape') setDraft(box ?? {});
          }}
          classNames={{ input: 'number' }}
        />
      ))}
    </div>
  );
}
