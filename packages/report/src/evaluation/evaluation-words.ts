import type { SizeClass, TruthPrompt } from '@calque/core';

/** The words of tables and plots about evaluations. */
export interface EvaluationWords {
  readonly model: string;
  readonly dataset: string;
  readonly size: string;
  readonly objects: string;
  readonly all: string;
  readonly image: string;
  readonly object: string;
  readonly label: string;
  readonly areaPx: string;
  readonly score: string;
  readonly stability: string;
  readonly iou: string;
  readonly boundaryIou: string;
  readonly bestIou: string;
  readonly chosenIsBest: string;
  readonly clicksTo: (goalPercent: number) => string;
  readonly failures: (goalPercent: number) => string;
  readonly answers: string;
  readonly expectedError: string;
  readonly greatestError: string;
  readonly bias: string;
  readonly sizes: Readonly<Record<SizeClass, string>>;
  readonly prompts: Readonly<Record<TruthPrompt, string>>;
  readonly iouByPrompt: string;
  readonly iouBySize: (prompt: string) => string;
  readonly iouByClicks: string;
  readonly clicks: string;
  readonly meanIou: string;
  readonly prompt: string;
  readonly reliability: string;
  readonly meanScore: string;
  readonly nothing: string;
}

export const EVALUATION_WORDS: Readonly<Record<'en' | 'fr', EvaluationWords>> = {
  en: {
    model: 'model',
    dataset: 'dataset',
    size: 'size',
    objects: 'objects',
    all: 'all',
    image: 'image',
    object: 'object',
    label: 'label',
    areaPx: 'true area (px)',
    score: 'score',
    stability: 'stability',
    iou: 'IoU',
    boundaryIou: 'boundary IoU',
    bestIou: 'best possible IoU',
    chosenIsBest: 'best chosen (%)',
    clicksTo: (goal) => `clicks to ${goal} %`,
    failures: (goal) => `never at ${goal} %`,
    answers: 'answers',
    expectedError: 'expected calibration error',
    greatestError: 'greatest error of a bin',
    bias: 'score minus IoU',
    sizes: { small: 'small', medium: 'medium', large: 'large' },
    prompts: { box: 'box', click: 'click', 'box-click': 'box + click' },
    iouByPrompt: 'Mean IoU by prompt',
    iouBySize: (prompt) => `Mean IoU by object size, prompt: ${prompt}`,
    iouByClicks: 'Mean IoU after each click',
    clicks: 'clicks',
    meanIou: 'mean IoU',
    prompt: 'prompt',
    reliability: 'Score and IoU that came out',
    meanScore: 'mean score',
    nothing: 'no object was evaluated',
  },
  fr: {
    model: 'modèle',
    dataset: 'jeu de données',
    size: 'taille',
    objects: 'objets',
    all: 'tous',
    image: 'image',
    object: 'objet',
    label: 'étiquette',
    areaPx: 'aire vraie (px)',
    score: 'score',
    stability: 'stabilité',
    iou: 'IoU',
    boundaryIou: 'IoU de contour',
    bestIou: 'meilleure IoU possible',
    chosenIsBest: 'meilleur choisi (%)',
    clicksTo: (goal) => `clics jusqu’à ${goal} %`,
    failures: (goal) => `jamais à ${goal} %`,
    answers: 'réponses',
    expectedError: 'erreur de calibration attendue',
    greatestError: 'plus grande erreur d’une classe',
    bias: 'score moins IoU',
    sizes: { small: 'petit', medium: 'moyen', large: 'grand' },
    prompts: { box: 'boîte', click: 'clic', 'box-click': 'boîte + clic' },
    iouByPrompt: 'IoU moyenne selon le prompt',
    iouBySize: (prompt) => `IoU moyenne selon la taille de l’objet, prompt : ${prompt}`,
    iouByClicks: 'IoU moyenne après chaque clic',
    clicks: 'clics',
    meanIou: 'IoU moyenne',
    prompt: 'prompt',
    reliability: 'Score et IoU obtenue',
    meanScore: 'score moyen',
    nothing: 'aucun objet n’a été évalué',
  },
};
