import type { Client } from '@calque/api';
import { useState } from 'react';
import { useServices } from '../app/services.tsx';
import { selectedView, useEditor, useEditorState } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { announce } from '../panels/live-region.tsx';
import { type CaptureName, captureFileName } from './captures.ts';
import { cutOutPng } from './cut-out-png.ts';
import { maskPng } from './mask-png.ts';
import { overlayPng } from './overlay-png.ts';
import { recordOf } from './record-of.ts';
import { saveBlob } from './save-blob.ts';

/** `keep`: with the dataset, for its report. */
export type CaptureHow = 'copy' | 'save' | 'keep';

export interface Capturing {
  available(name: CaptureName): boolean;
  capture(name: CaptureName, how: CaptureHow): Promise<void>;
}

/** Takes the picture, the mask, the cut-out or the record of what is shown. */
export function useCapture(): Capturing {
  const text = useText();
  const editor = useEditor();
  const { client } = useServices();
  const [busy, setBusy] = useState(false);
  const view = useEditorState(selectedView);
  const modelMade = view !== null && view.annotation.editedMask === null && view.prediction !== null;

  const make = async (name: CaptureName): Promise<Blob | null> => {
    const { image, views, selectedId, maskOpacity } = editor.store.getState();
    const params = { datasetId: image.datasetId, imageId: image.id };
    const picture = async () => {
      const response = await fetch(client.addressOf('readDisplay', { params }), {
        credentials: 'same-origin',
      });
      return createImageBitmap(await response.blob());
    };
    const mask = view?.mask ?? null;
    if (name === 'mask') return mask === null ? null : maskPng(mask.rle);
    if (name === 'cut-out') return mask === null ? null : cutOutPng(await picture(), mask);
    if (name === 'overlay') {
      const bitmap = await picture();
      const size = image.size ?? bitmap;
      const visible = views.filter(({ annotation }) => annotation.visible);
      return overlayPng({ image: bitmap, size, views: visible, selectedId, opacity: maskOpacity });
    }
    if (view === null) return null;
    const { maskId } = view.annotation.prompt;
    const maskPrompt =
      maskId === null ? null : await client.call('readMask', { params: { ...params, maskId } });
    const { version } = await client.call('health', {});
    const record = recordOf({ image, view, maskPrompt, version });
    if (record === null) return null;
    return new Blob([`${JSON.stringify(record, null, 2)}\n`], { type: 'application/json' });
  };

  return {
    available: (name) =>
      !busy &&
      (name === 'overlay' || (name === 'record' ? modelMade && view.mask !== null : view?.mask != null)),
    async capture(name, how) {
      setBusy(true);
      try {
        const blob = await make(name);
        if (blob === null) return announce(text('captures.nothing'));
        const { image } = editor.store.getState();
        const fileName = captureFileName(image.name, view?.annotation.name ?? '', name);
        if (how === 'copy') await copy(blob);
        else if (how === 'save') saveBlob(blob, fileName);
        else await keep(client, image.datasetId, new File([blob], fileName, { type: blob.type }));
        announce(text(said[how], { what: text(`captures.${name}`) }));
      } catch (error) {
        announce(text('captures.failed', { reason: error instanceof Error ? error.message : String(error) }));
      } finally {
        setBusy(false);
      }
    },
  };
}

const said = { copy: 'captures.copied', save: 'captures.saved', keep: 'captures.kept' } as const;

async function keep(client: Pick<Client, 'call'>, datasetId: string, file: File): Promise<void> {
  const body = new FormData();
  body.append('file', file, file.name);
  // The multipart body is what this route takes; its schema cannot say so.
  await client.call('storeCapture', { params: { datasetId }, body } as never);
}

async function copy(blob: Blob): Promise<void> {
  if (blob.type === 'application/json') return navigator.clipboard.writeText(await blob.text());
  await navigator.clipboard.write([new ClipboardItem({ [blob.type]: blob })]);
}
