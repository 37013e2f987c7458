import type { editorEn } from './editor.en.ts';

export const editorFr: Record<keyof typeof editorEn, string> = {
  'editor.annotation-missing': 'Cet objet n’existe plus',
  'editor.annotation-locked': '« {{name}} » est verrouillé',
  'editor.read-only': 'Vous pouvez consulter ce jeu de données, pas le modifier',
  'editor.nothing-selected': 'Sélectionnez d’abord un objet',
  'editor.point-missing': 'Ce point n’existe plus',
  'editor.no-such-candidate': 'Il n’y a pas de tel candidat',
  'editor.nothing-to-restore': 'Il n’y a rien à restaurer',
  'editor.nothing-to-erase': 'Il n’y a pas de masque à gommer',
  'editor.image-not-read': 'L’image n’a pas encore été lue ; réessayez dans un instant',
  'editor.accept-no-mask': 'Aucun masque à accepter pour l’instant : placez un point ou tracez une boîte',
  'editor.accept-pending': 'Le masque est en cours de calcul ; acceptez-le une fois affiché',
  'editor.accept-failed':
    'Le masque n’a pas pu être calculé pour ces points et cette boîte : rien à accepter',
  'editor.image-changed':
    'Le fichier de l’image a changé sur le disque. Les masques acceptés sont conservés.',
  'editor.entries-dropped_one':
    'Votre dernière modification, incompatible avec ce qui a été fait dans une autre fenêtre, n’a pas été retenue',
  'editor.entries-dropped_other':
    '{{count}} de vos modifications, incompatibles avec ce qui a été fait dans une autre fenêtre, n’ont pas été retenues',
  'editor.do-again': 'Refaire quand même',
  'editor.work-recovered_one': 'Une modification non envoyée lors d’une visite précédente a été récupérée',
  'editor.work-recovered_other':
    '{{count}} modifications non envoyées lors d’une visite précédente ont été récupérées',
  'editor.work-not-kept':
    'Ce navigateur ne peut pas conserver le travail non envoyé. Attendez « Enregistré » avant de fermer la page.',
  'editor.undo-of-other-page': 'Une modification faite dans une autre fenêtre a été annulée',
  'editor.redo-of-other-page': 'Une modification faite dans une autre fenêtre a été rétablie',
};
