import type { AnnotationPoint, PointLabel } from '@calque/core';
import type { ToolName } from '../../editor/editor-state.ts';
import { toImage } from '../view/view-transform.ts';
import { movingBox, resizingBox } from './changing-box.ts';
import { DrawingBox } from './drawing-box.ts';
import type { Gesture, Ground } from './gesture.ts';
import type { Hit } from './hit-test.ts';
import { AimingPoint, MovingPoint } from './moving-point.ts';
import { Panning } from './moving-view.ts';
import { objectAt } from './object-at.ts';
import { Painting } from './painting.ts';
import type { Pointer } from './pointer.ts';
import { Pointing, type PressMeaning } from './pointing.ts';
import { isWithinImage, placeWithin } from './within-image.ts';

/** What of a press a tool needs to know. */
export interface Press {
  readonly pointer: Pointer;
  readonly hit: Hit;
  readonly ground: Ground;
  /** The second click of a double click, on this point. */
  readonly isSecondOn: (point: AnnotationPoint) => boolean;
}

/** A tool, as a machine: the state that a press leads to. */
export function pressed(tool: ToolName, press: Press): Gesture {
  const { pointer, hit, ground } = press;
  if (tool === 'pan') return new Panning(pointer, ground.view);
  if (tool === 'brush') return brushPressed(press);
  const isOther = pointer.button === 'secondary' || pointer.button === 'eraser' || pointer.alt;
  if (hit.kind === 'point') return new Pointing(pointer, onPoint(press, hit.point, isOther));
  if (isOther) return new Pointing(pointer, onBackground(tool, press));
  if (hit.kind === 'handle') {
    const drag = (from: Pointer) => resizingBox(from, hit.box, hit.handle, ground);
    return new Pointing(pointer, { drag, cursor: hit.handle });
  }
  return new Pointing(pointer, meaningOf(tool, press));
}

function brushPressed({ pointer, ground }: Press): Gesture {
  const erases = pointer.alt || pointer.button === 'secondary' || pointer.button === 'eraser';
  return new Painting(pointer, erases ? 'erase' : 'paint', ground);
}

/** A click selects the point, a double click switches it off or on; with the other button it changes sides. */
function onPoint(press: Press, point: AnnotationPoint, isOther: boolean): PressMeaning {
  const { ground } = press;
  const flip = (): void => ground.editor.flipPointLabel(point.id);
  return {
    click: () => {
      ground.selectPoint(point.id);
      if (isOther) flip();
      else if (press.isSecondOn(point)) ground.editor.togglePoint(point.id);
    },
    drag: (from) => new MovingPoint(from, point, ground),
    hold: flip,
    cursor: 'pointer',
  };
}

function onBackground(tool: ToolName, { ground }: Press): PressMeaning {
  const { selectedId } = ground.editor.store.getState();
  const drag = (from: Pointer): Gesture => new Panning(from, ground.view);
  if (tool === 'select' && selectedId === null) return { drag };
  return { click: (from) => addPoint(from, 'background', ground), drag };
}

function meaningOf(tool: ToolName, { hit, ground }: Press): PressMeaning {
  const hold = (from: Pointer): void => addPoint(from, 'background', ground);
  const moveBox =
    hit.kind === 'edge' || (hit.kind === 'inside' && tool === 'select')
      ? (from: Pointer) => movingBox(from, hit.box, ground)
      : null;
  switch (tool) {
    case 'select':
      return {
        click: (from) => select(from, ground),
        drag: moveBox ?? ((from) => new Panning(from, ground.view)),
      };
    case 'foreground':
    case 'background':
      return {
        click: (from) => addPoint(from, tool, ground),
        drag: moveBox ?? ((from) => new AimingPoint(from, tool, ground)),
        hold,
      };
    default:
      return {
        click: (from) => addPoint(from, 'foreground', ground),
        drag: moveBox ?? ((from) => new DrawingBox(from, ground)),
        hold,
      };
  }
}

function select(from: Pointer, { editor, view }: Ground): void {
  editor.select(objectAt(editor.store.getState(), toImage(from.at, view.transform)));
}

function addPoint(from: Pointer, label: PointLabel, { editor, image, view }: Ground): void {
  const at = toImage(from.at, view.transform);
  if (isWithinImage(at, image)) editor.addPoint(placeWithin(at, image), label);
}
