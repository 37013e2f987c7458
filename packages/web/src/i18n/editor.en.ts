export const editorEn = {
  'editor.annotation-missing': 'This object is no longer there',
  'editor.annotation-locked': '“{{name}}” is locked',
  'editor.nothing-selected': 'Select an object first',
  'editor.point-missing': 'This point is no longer there',
  'editor.no-such-candidate': 'There is no such candidate',
  'editor.nothing-to-restore': 'There is nothing to restore',
  'editor.nothing-to-erase': 'There is no mask to erase from',
  'editor.image-not-read': 'The image has not been read yet; try again in a moment',
  'editor.accept-no-mask': 'There is no mask to accept yet: place a point or draw a box',
  'editor.accept-pending': 'The mask is still being computed; accept it once it is shown',
  'editor.accept-failed': 'The mask of this prompt could not be computed, so there is nothing to accept',
  'editor.image-changed': 'The image file has changed on disk. Masks that were accepted are kept.',
  'editor.entries-dropped_one':
    'Your last change did not fit what was changed in another window, and was not made',
  'editor.entries-dropped_other':
    '{{count}} of your changes did not fit what was changed in another window, and were not made',
  'editor.do-again': 'Do it again',
  'editor.work-recovered_one': 'One unsent change of an earlier visit was recovered',
  'editor.work-recovered_other': '{{count}} unsent changes of an earlier visit were recovered',
  'editor.work-not-kept': 'This browser cannot keep unsent work. Wait for “Saved” before you close the page.',
  'editor.undo-of-other-page': 'This took back a change made in another window',
  'editor.redo-of-other-page': 'This redid a change made in another window',
} as const;
