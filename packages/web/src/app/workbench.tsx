import type { WireImage } from '@calque/api';
import { useMediaQuery } from '@mantine/hooks';
import { type CSSProperties, type ReactNode, useDeferredValue, useEffect, useRef, useState } from 'react';
import type { Editor } from '../editor/editor.ts';
import { useText } from '../i18n/use-text.ts';
import { useCommands } from '../keyboard/use-commands.tsx';
import { FilmStrip } from '../panels/film-strip.tsx';
import { FirstSteps } from '../panels/first-steps.tsx';
import { LabelsDialog } from '../panels/labels-dialog.tsx';
import { MaskAnnouncer } from '../panels/live-region.tsx';
import { Notices } from '../panels/notices.tsx';
import { RejectDialog } from '../panels/reject-dialog.tsx';
import { ReviewBar } from '../panels/review-bar.tsx';
import { PanelEdge, SheetHandle, SidePanel } from '../panels/side-panel.tsx';
import { ToolRail } from '../panels/tool-rail.tsx';
import { TopBar } from '../panels/top-bar.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ImageChangedBar } from './image-changed-bar.tsx';
import { interfaceStore, useInterface } from './interface-state.ts';
import { statusOf } from './login-page.tsx';
import { goTo } from './route.ts';
import { type ImageList, useDataset, useImage, useImageList } from './server-lists.ts';
import { usePreference, useServices } from './services.tsx';
import { Situation } from './situation.tsx';
import { Stage } from './stage.tsx';
import { EditorProvider, EditorProviderAfterPaint } from './use-editor.tsx';
import styles from './workbench.module.css';
import { useEditorCommands, useNavigationCommands } from './workbench-commands.ts';

export function Workbench({ datasetId, imageId }: { datasetId: string; imageId: string }) {
  const text = useText();
  const filter = {
    search: useInterface((state) => state.search),
    choice: useInterface((state) => state.choice),
    unreviewedOnly: useInterface((state) => state.unreviewedOnly),
  };
  const list = useImageList(datasetId, filter);
  const dataset = useDataset(datasetId);
  const query = useImage(datasetId, imageId);
  const image = query.data ?? list.images.find(({ id }) => id === imageId);
  const { editor, inView } = useEditorOf(image);
  useCommands(useNavigationCommands(datasetId, imageId, list));
  useCommands(useEditorCommands(inView ? editor : null));
  useEffect(() => {
    document.title = `${image?.name ?? ''} · Calque`;
  }, [image?.name]);

  const top = (editing: boolean) => (
    <TopBar dataset={dataset} list={list} image={image ?? null} editing={editing} />
  );
  const strip = <FilmStrip list={list} imageId={imageId} />;

  if (query.error !== null && image === undefined) {
    const gone = statusOf(query.error) === 404;
    return (
      <Frame top={top(false)} strip={strip}>
        <Situation
          name={gone ? 'image-gone' : 'server-gone'}
          details={query.error.message}
          action={text(gone ? 'state.to-gallery' : 'state.again')}
          onAction={() => (gone ? goTo({ page: 'dataset', datasetId }) : void query.refetch())}
        />
      </Frame>
    );
  }
  if (image?.problem != null) {
    return (
      <Frame top={top(false)} strip={strip}>
        <Situation
          name="image-problem"
          details={`${image.path}: ${text(`problem.${image.problem}.say`)}`}
          action={text('state.again')}
          onAction={() => void query.refetch()}
        />
      </Frame>
    );
  }
  if (editor === null) return <Frame top={top(false)} strip={strip} />;
  return (
    <EditorProvider editor={editor}>
      <Frame top={top(true)} strip={strip} editing={{ editor, list, imageId, inView }} />
      <RejectDialog key={imageId} />
      <LabelsDialog key={datasetId} datasetId={datasetId} />
      <MaskAnnouncer />
    </EditorProvider>
  );
}

interface FrameProps {
  readonly top: ReactNode;
  readonly strip: ReactNode;
  readonly editing?: {
    readonly editor: Editor;
    readonly list: ImageList;
    readonly imageId: string;
    /** False for the moment in which another image was asked for and this one is still shown. */
    readonly inView: boolean;
  };
  readonly children?: ReactNode;
}

/** The layout, the same with and without an editor, so that opening an image moves nothing. */
function Frame({ top, strip, editing, children }: FrameProps) {
  const text = useText();
  const phone = useMediaQuery('(max-width: 760px)') === true;
  const sheet = useInterface((state) => state.sheet);
  const panelWidthPx = usePreference('panelWidthPx');
  const at = editing?.list.images.findIndex(({ id }) => id === editing.imageId) ?? -1;
  // The image should be there, and answer to the hand, before what is beside it: that is drawn in slices, in between.
  const besideCanvas = useDeferredValue(editing?.editor ?? null, null);
  const hasNext = editing !== undefined && at >= 0 && at < editing.list.images.length - 1;
  return (
    <div
      className={styles['frame']}
      data-leaving={editing?.inView === false || undefined}
      style={{ '--wanted-width': `${panelWidthPx}px` } as CSSProperties}
    >
      <div className={styles['top']}>{top}</div>
      <section className={styles['rail']} aria-label={text('tools.title')}>
        {editing === undefined ? null : <ToolRail tip={phone ? 'top' : 'right'} />}
      </section>
      <main className={styles['stage']}>
        {editing === undefined ? children : <Stage editor={editing.editor} />}
        <ConnectionBanner />
        {editing === undefined ? null : (
          <>
            <ImageChangedBar />
            <div className={styles['notices']}>
              <Notices />
            </div>
            <FirstSteps />
            <div className={styles['review']}>
              <ReviewBar hasNext={hasNext} />
            </div>
          </>
        )}
      </main>
      <aside className={styles['panel']} data-sheet={sheet} aria-label={text('panel.title')}>
        {phone ? <SheetHandle /> : <PanelEdge />}
        {besideCanvas === null ? null : (
          <EditorProviderAfterPaint editor={besideCanvas}>
            <SidePanel />
          </EditorProviderAfterPaint>
        )}
      </aside>
      <div className={styles['strip']}>{strip}</div>
    </div>
  );
}

const OPEN_AGAIN_MS = 2000;

interface ShownEditor {
  readonly editor: Editor;
  /** Of its image. */
  readonly key: string;
  readonly isOpen: boolean;
}

interface EditorInView {
  readonly editor: Editor | null;
  /** False for the moment in which another image, or the same one again, is being opened. */
  readonly inView: boolean;
}

/**
 * One editor for the image in view; the former one frees its slot, keeps what is unsent, and stays on the screen until the
 * next one is there: what is beside the canvas is then filled anew, not made anew.
 */
function useEditorOf(image: WireImage | undefined): EditorInView {
  const services = useServices();
  const [shown, setShown] = useState<ShownEditor | null>(null);
  const usable = image !== undefined && image.problem === null;
  const key = usable ? `${image.datasetId}/${image.id}` : null;
  // What changes about the image in view, its counts for one, is no reason for another editor.
  const newest = useRef(image);
  newest.current = image;
  useEffect(() => {
    if (key === null || newest.current === undefined) return undefined;
    let left = false;
    let opened: Editor | null = null;
    let again = 0;
    const open = (listed: WireImage): void => {
      services.openEditor(listed).then(
        (made) => {
          if (left) {
            void made.close();
            return;
          }
          opened = made;
          setShown({ editor: made, key, isOpen: true });
        },
        // The banner says that the server cannot be reached.
        () => {
          if (!left) again = window.setTimeout(open, OPEN_AGAIN_MS, newest.current ?? listed);
        },
      );
    };
    open(newest.current);
    return () => {
      left = true;
      window.clearTimeout(again);
      void opened?.close();
      // It stays on the screen, and is no longer the one in view, also where the same image is opened again.
      setShown((former) => (former === null ? null : { ...former, isOpen: false }));
      interfaceStore.setState({ dialog: null });
    };
  }, [services, key]);
  const inView = shown?.isOpen === true && shown.key === key;
  return { editor: shown?.editor ?? null, inView };
}
