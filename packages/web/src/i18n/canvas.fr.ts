import type { canvasEn } from './canvas.en.ts';

export const canvasFr: Record<keyof typeof canvasEn, string> = {
  'canvas.name': 'Image de travail : {{name}}',
  'canvas.description':
    'La touche I affiche un réticule que les flèches déplacent : Entrée inclut ou trace, Maj et Entrée excluent, Échap quitte. Flèches haut et bas pour zoomer, 0 pour tout voir.',
  'canvas.zoom': 'Zoom {{zoom}}. Voir toute l’image',

  'hint.select': 'Cliquez pour sélectionner, encore pour l’objet du dessous, glissez pour déplacer la vue',
  'hint.box': 'Clic pour inclure, clic droit pour exclure, glisser pour une boîte',
  'hint.foreground': 'Cliquez sur l’objet, clic droit sur ce qui n’en fait pas partie',
  'hint.background': 'Cliquez sur ce qui ne fait pas partie de l’objet',
  'hint.brush': 'Peignez pour ajouter, avec Alt pour gommer ; [ et ] règlent la taille',
  'hint.pan': 'Glissez pour déplacer la vue, molette pour zoomer',
  'hint.touch.box': 'Touchez pour inclure, appui long pour exclure, glissez pour une boîte',
  'hint.touch.foreground': 'Touchez l’objet, appui long sur ce qui n’en fait pas partie',
  'hint.touch.background': 'Touchez ce qui ne fait pas partie de l’objet',
  'hint.point':
    'Glissez pour déplacer, double-clic pour désactiver, clic droit pour inverser, Suppr pour supprimer',
  'hint.handle': 'Glissez pour redimensionner',
  'hint.drawing': 'Maj pour un carré, Échap pour abandonner',
  'hint.crosshair':
    'Flèches pour déplacer, avec Maj finement ; Entrée inclut ou trace, Maj+Entrée exclut, Échap quitte',

  'encoding.waiting-for-model': 'En attente du modèle',
  'encoding.queued': 'En attente de son tour',
  'encoding.reading': 'Lecture de l’image',
  'encoding.encoding': 'Encodage de l’image',
  'encoding.left_one': 'encore {{count}} s',
  'encoding.left_other': 'encore {{count}} s',

  'state.picture-failed.title': 'L’image n’a pas pu être affichée',
  'state.picture-failed.say': 'Les masques, les points et les boîtes sont conservés.',

  'heat.less': 'change rarement',
  'heat.more': 'change souvent',

  'command.zoom-in': 'Zoom avant',
  'command.zoom-out': 'Zoom arrière',
  'command.fit': 'Toute l’image',
  'command.actual-size': 'Taille réelle, 1:1',
  'command.zoom-to-object': 'Zoomer sur l’objet',
  'command.hold-pan': 'Déplacer la vue',
  'command.crosshair': 'Réticule : flèches pour le déplacer, Entrée inclut, Maj+Entrée exclut',
  'command.step-back': 'Un pas en arrière : geste, sélection, outil',
  'command.delete-point': 'Supprimer le point sous le pointeur',
  'command.toggle-point': 'Désactiver ou réactiver le point',
  'command.flip-point': 'Inverser le point : avant-plan ou arrière-plan',
};
