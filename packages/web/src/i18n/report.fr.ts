import type { reportEn } from './report.en.ts';

export const reportFr: Readonly<Record<keyof typeof reportEn, string>> = {
  'report.title': 'Rapport',
  'report.what':
    'Tout ce qui a été enregistré dans ce dossier, mis en forme : mesures, superpositions, comparaisons, courbes.',
  'report.language': 'Langue',
  'report.format': 'Format',
  'report.format.html': 'Un seul fichier HTML',
  'report.format.pdf': 'PDF',
  'report.template': 'Modèle de rapport',
  'report.template.lab': 'Rapport de TP',
  'report.template.model-comparison': 'Comparaison de modèles',
  'report.make': 'Établir le rapport',
  'report.again': 'Le refaire',
  'report.cancel': 'Annuler',
  'report.progress': 'Rapport en cours : {{percent}}',
  'report.open': 'Ouvrir le rapport',
  'report.save': 'Enregistrer',
  'report.done': 'Le rapport est prêt.',
  'report.cancelled': 'Le rapport a été annulé.',
  'report.failed': 'Le rapport n’a pas pu être établi : {{reason}}',
  'report.missing-pictures_one': '{{count}} image n’a pas pu être dessinée.',
  'report.missing-pictures_other': '{{count}} images n’ont pas pu être dessinées.',
  'report.author': 'Vos propres paragraphes s’écrivent dans ce fichier ; ils sont repris chaque fois :',
  'report.records': 'Les enregistrements se trouvent à côté du rapport :',
};
