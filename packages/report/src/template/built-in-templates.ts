import type { Language } from '../texts/report-texts.ts';

export const BUILT_IN_TEMPLATES = ['lab', 'model-comparison'] as const;
export type BuiltInTemplate = (typeof BUILT_IN_TEMPLATES)[number];

/** Source of a template that comes with Calque, to be used, printed or changed. */
export function builtInTemplate(name: BuiltInTemplate, language: Language): string {
  return SOURCES[name][language];
}

const LAB_EN = `# Report: interactive segmentation with SAM

**Dataset:** {{dataset-name}}, {{image-count}} images, {{object-count}} objects.

{{author repository: the address of the repository, and who wrote this report}}

## 1. Initialisation

{{environment}}

### Interface

{{access}}

## 2. Dataset

{{dataset}}

{{dataset-cases}}

{{author dataset-remarks: 2 to 4 lines on where the images come from and what makes them easy or hard}}

## 3. Loading SAM

{{model}}

{{quick-test}}

{{author speed-and-limits: 3 to 5 lines on the speed and the limits that you saw}}

## 4. Measures and visualisation

{{overlays}}

{{measures}}

{{author overlay-debugging: 5 to 8 lines: in which cases does the overlay help to find mistakes?}}

## 5. Workbench

{{workbench}}

{{predictions}}

### Box sensitivity

{{box-sensitivity}}

{{author box-size: what changes when you make the box larger or smaller?}}

## 6. Refinement with points

{{comparisons}}

{{author points: 6 to 10 lines: when are background points indispensable, and which cases still fail?}}

## 7. Review: from a prototype to a product

### Failure factors

{{failures}}

{{author failure-analysis: 3 factors of failure, in your own words}}

### Actions

{{author actions: 8 to 12 lines on post-processing, dataset and interface}}

### Monitoring

In production, these are watched first:

- **Latency**, to see an accelerator that has too much to do.
- **Score**, since a lower mean says that the images have become others.
- **Masks that people correct or reject**, which is what the model is really worth.
- **Box to image ratio**, to notice unusual ways to use the interface.
- **Out-of-memory errors**, to choose the right machine.

{{monitoring}}

{{author monitoring-remarks: 3 to 5 lines: which thresholds and alerts would you set?}}

## Appendix. Records

{{records}}
`;

const LAB_FR = `# Rapport : segmentation interactive avec SAM

**Jeu de données :** {{dataset-name}}, {{image-count}} images, {{object-count}} objets.

{{author repository: l’adresse du dépôt et le nom des auteurs du rapport}}

## 1. Initialisation

{{environment}}

### Interface

{{access}}

## 2. Jeu de données

{{dataset}}

{{dataset-cases}}

{{author dataset-remarks: 2 à 4 lignes sur l’origine des images et sur ce qui les rend faciles ou difficiles}}

## 3. Chargement de SAM

{{model}}

{{quick-test}}

{{author speed-and-limits: 3 à 5 lignes sur la vitesse et les limites observées}}

## 4. Mesures et visualisation

{{overlays}}

{{measures}}

{{author overlay-debugging: 5 à 8 lignes : dans quels cas la superposition aide-t-elle à déceler les erreurs ?}}

## 5. Atelier

{{workbench}}

{{predictions}}

### Sensibilité à la boîte

{{box-sensitivity}}

{{author box-size: qu’est-ce qui change quand on agrandit ou réduit la boîte ?}}

## 6. Affinage par points

{{comparisons}}

{{author points: 6 à 10 lignes : quand les points d’arrière-plan sont-ils indispensables, et quels cas échouent encore ?}}

## 7. Bilan : du prototype au produit

### Facteurs d’échec

{{failures}}

{{author failure-analysis: 3 facteurs d’échec, avec vos mots}}

### Actions

{{author actions: 8 à 12 lignes sur le post-traitement, le jeu de données et l’interface}}

### Surveillance

En production, on surveille d’abord :

- **la latence**, pour déceler un accélérateur surchargé ;
- **le score**, car une baisse de la moyenne révèle que les images ont changé de nature ;
- **les masques corrigés ou rejetés**, qui disent ce que vaut réellement le modèle ;
- **le rapport entre boîte et image**, pour repérer des usages inhabituels de l’interface ;
- **les erreurs de mémoire insuffisante**, pour dimensionner la machine.

{{monitoring}}

{{author monitoring-remarks: 3 à 5 lignes : quels seuils et quelles alertes fixeriez-vous ?}}

## Annexe. Enregistrements

{{records}}
`;

const COMPARISON_EN = `# Models compared on {{dataset-name}}

{{author summary: which model would you take for these images, and why?}}

## 1. Conditions

{{environment}}

{{dataset}}

## 2. Models

{{model}}

## 3. Quality and speed

{{model-comparison}}

## 4. Masks side by side

{{model-overlays}}

{{author differences: where do the models differ, and where do they fail alike?}}

## 5. Stability

{{box-sensitivity}}

## 6. Failures

{{failures}}

## Appendix. Records

{{records}}
`;

const COMPARISON_FR = `# Comparaison de modèles sur {{dataset-name}}

{{author summary: quel modèle retiendriez-vous pour ces images, et pourquoi ?}}

## 1. Conditions

{{environment}}

{{dataset}}

## 2. Modèles

{{model}}

## 3. Qualité et vitesse

{{model-comparison}}

## 4. Masques côte à côte

{{model-overlays}}

{{author differences: en quoi les modèles diffèrent-ils, et où échouent-ils tous ?}}

## 5. Stabilité

{{box-sensitivity}}

## 6. Échecs

{{failures}}

## Annexe. Enregistrements

{{records}}
`;

const SOURCES: Readonly<Record<BuiltInTemplate, Readonly<Record<Language, string>>>> = {
  lab: { en: LAB_EN, fr: LAB_FR },
  'model-comparison': { en: COMPARISON_EN, fr: COMPARISON_FR },
};
