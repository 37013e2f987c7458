import type { ImageState } from '@calque/api';
import type { Review } from '@calque/core';
import { IconCheck, IconCircle, IconCircleDashed, IconPencil, IconX } from '@tabler/icons-react';
import { useText } from '../i18n/use-text.ts';
import styles from './state-mark.module.css';

const imageIcons = { unseen: IconCircleDashed, 'in-work': IconPencil, accepted: IconCheck, rejected: IconX };

/** Where the review of an image stands: told by shape as well as by colour. */
export function ImageStateMark({ state }: { state: ImageState }) {
  const text = useText();
  const Icon = imageIcons[state];
  return (
    <span className={styles['mark']} data-state={state} role="img" aria-label={text(`image-state.${state}`)}>
      <Icon size={12} stroke={2.4} />
    </span>
  );
}

const reviewIcons = { unreviewed: IconCircle, accepted: IconCheck, rejected: IconX };

export function ReviewMark({ review }: { review: Review }) {
  const text = useText();
  const Icon = reviewIcons[review.status];
  return (
    <span
      className={styles['review']}
      data-state={review.status}
      role="img"
      aria-label={text(`review.${review.status}`)}
    >
      <Icon size={review.status === 'unreviewed' ? 10 : 14} stroke={2.2} />
    </span>
  );
}
