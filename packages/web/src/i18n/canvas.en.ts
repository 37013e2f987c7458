export const canvasEn = {
  'canvas.name': 'Canvas: {{name}}',
  'canvas.description':
    'Press I for a crosshair that arrow keys move: Enter includes or draws, Shift and Enter exclude, Escape leaves. Arrow up and down zoom, 0 shows all.',
  'canvas.zoom': 'Zoom {{zoom}}. Show the whole image',

  'hint.select': 'Click to select, again for what lies below, drag to move the view',
  'hint.box': 'Click to include, right-click to exclude, drag for a box',
  'hint.foreground': 'Click on the object, right-click on what does not belong to it',
  'hint.background': 'Click on what does not belong to the object',
  'hint.brush': 'Paint to add, with Alt to erase; [ and ] change the size',
  'hint.pan': 'Drag to move the view, turn the wheel to zoom',
  'hint.touch.box': 'Tap to include, hold to exclude, drag for a box',
  'hint.touch.foreground': 'Tap on the object, hold on what does not belong to it',
  'hint.touch.background': 'Tap on what does not belong to the object',
  'hint.point': 'Drag to move, double-click to switch, right-click to swap, Delete removes',
  'hint.handle': 'Drag to resize',
  'hint.drawing': 'Shift for a square, Esc to give up',
  'hint.crosshair':
    'Arrows move, with Shift finely; Enter includes or draws, Shift+Enter excludes, Esc leaves',

  'encoding.waiting-for-model': 'Waiting for the model',
  'encoding.queued': 'Waiting for its turn',
  'encoding.reading': 'Reading the image',
  'encoding.encoding': 'Encoding the image',
  'encoding.left_one': '{{count}} s left',
  'encoding.left_other': '{{count}} s left',

  'state.picture-failed.title': 'The picture could not be loaded',
  'state.picture-failed.say': 'Masks and prompts are safe.',

  'heat.less': 'rarely differs',
  'heat.more': 'often differs',

  'command.zoom-in': 'Zoom in',
  'command.zoom-out': 'Zoom out',
  'command.fit': 'Whole image',
  'command.actual-size': 'Actual size, 1:1',
  'command.zoom-to-object': 'Zoom to the object',
  'command.hold-pan': 'Move the view',
  'command.crosshair': 'Crosshair: arrows move it, Enter includes, Shift+Enter excludes',
  'command.step-back': 'One step back: gesture, selection, tool',
  'command.delete-point': 'Delete the point under the pointer',
  'command.toggle-point': 'Switch the point off or on',
  'command.flip-point': 'Swap the point: foreground or background',
} as const;
