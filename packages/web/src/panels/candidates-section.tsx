import { useMemo } from 'react';
import { useServices } from '../app/services.tsx';
import { useEditor, useEditorState, useSelectedView } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { KeyCaps } from '../keyboard/key-caps.tsx';
import { useKeyOf } from '../keyboard/use-commands.tsx';
import { CandidatePicture, frameAround } from './candidate-picture.tsx';
import styles from './candidates-section.module.css';
import { clamped, rankedCandidates } from './measured-values.ts';
import { Section } from './section.tsx';

const unknownSize = { width: 1, height: 1 };

export function CandidatesSection() {
  const text = useText();
  const editor = useEditor();
  const { client } = useServices();
  const view = useSelectedView();
  const image = useEditorState((state) => state.image);
  const prediction = view?.prediction ?? null;
  const size = image.size ?? unknownSize;
  const ranked = useMemo(() => rankedCandidates(prediction), [prediction]);
  const frame = useMemo(() => frameAround(prediction?.candidates ?? [], size), [prediction, size]);
  const thumbnail = client.addressOf('readThumbnail', {
    params: { datasetId: image.datasetId, imageId: image.id },
    query: { side: 320 },
  });
  const chosen = view?.annotation.editedMask === null ? view.candidate : null;
  return (
    <Section name="candidates" title={text('candidates.title')}>
      <ul className={styles['list']} onMouseLeave={() => editor.hoverCandidate(null)}>
        {ranked.slice(0, 3).map(({ candidate, index }, rank) => (
          <li key={index}>
            <button
              type="button"
              className={styles['card']}
              aria-pressed={index === chosen}
              disabled={view?.annotation.locked === true}
              onClick={() => editor.chooseCandidate(index)}
              onMouseEnter={() => editor.hoverCandidate(index)}
              onFocus={() => editor.hoverCandidate(index)}
              onBlur={() => editor.hoverCandidate(null)}
              aria-label={text('candidates.one', {
                rank: rank + 1,
                score: text.format.fixed(clamped(candidate.score), 2),
                stability: text.format.fixed(candidate.stability, 2),
                area: candidate.areaPx,
              })}
            >
              <span className={styles['frame']}>
                <CandidatePicture
                  candidate={candidate}
                  color={view?.color ?? '#7ea6ff'}
                  frame={frame}
                  imageSize={size}
                  thumbnail={thumbnail}
                  className={styles['picture']}
                />
                <CandidateKey rank={rank} />
              </span>
              <span className={`${styles['score']} number`}>
                {text.format.fixed(clamped(candidate.score), 2)}
              </span>
              <span className={`${styles['detail']} number`}>
                {text('candidates.stability', { value: text.format.fixed(candidate.stability, 2) })}
              </span>
              <span className={`${styles['detail']} number`}>
                {text('unit.px', { value: candidate.areaPx })}
              </span>
            </button>
          </li>
        ))}
        {ranked.length === 0 ? <li className={styles['none']}>{text(waitingText(view))}</li> : null}
      </ul>
    </Section>
  );
}

function waitingText(view: ReturnType<typeof useSelectedView>) {
  if (view === null) return 'candidates.none.object';
  if (view.pending) return 'candidates.pending';
  return view.annotation.editedMask === null ? 'candidates.none' : 'candidates.edited';
}

function CandidateKey({ rank }: { rank: number }) {
  const key = useKeyOf(`candidate-${rank + 1}`);
  return key === undefined ? null : (
    <span className={styles['key']}>
      <KeyCaps name={key} />
    </span>
  );
}
