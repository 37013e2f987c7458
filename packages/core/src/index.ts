export {
  areaInMm2,
  type Calibration,
  decimalsOf,
  lengthInMm,
  type PhysicalValue,
  pixelsPerMm,
  validateCalibration,
} from './calibration/calibration.ts';
export { CalqueError, type ErrorParts, isCalqueError, type SerializedError } from './calque-error.ts';
export { type ImageFacts, measureImageFacts } from './dataset/image-facts.ts';
export { type FactPoint, selectRepresentative } from './dataset/select-representative.ts';
export {
  type SuggestedTag,
  suggestTags,
  TAG_THRESHOLDS,
  type TagFacts,
  type TagSuggestion,
} from './dataset/suggest-tags.ts';
export {
  type Annotation,
  type AnnotationPoint,
  type AnnotationPrompt,
  emptyPrompt,
  REJECT_REASONS,
  type RejectReason,
  type Review,
} from './document/annotation.ts';
export { type AnnotationState, lastStateOf, statesOf } from './document/annotation-states.ts';
export { type Decision, decisionsIn, decisionsOf } from './document/decisions.ts';
export { type Effort, effortOf, LONGEST_PAUSE_S } from './document/effort.ts';
export {
  type AnnotationChange,
  type Entry,
  GESTURES,
  type Gesture,
  type NumberedEntry,
  type StepEntry,
  type UndoEntry,
} from './document/entry.ts';
export { applyEntry, documentOf, emptyDocument, type ImageDocument } from './document/image-document.ts';
export { type ImageReview, imageReviewOf } from './document/image-review.ts';
export { inverseChanges, repeatedChanges } from './document/repeat-step.ts';
export {
  boxNotFinite,
  documentConflict,
  formatInvalid,
  pointNotFinite,
  promptEmpty,
  recordInvalid,
} from './errors.ts';
export { squaredDistanceTransform } from './evaluation/distance-transform.ts';
export {
  bestOf,
  type ClickSummary,
  chosenOf,
  type EvaluationGroup,
  type EvaluationSummary,
  type PromptSummary,
  summariseEvaluation,
} from './evaluation/evaluation-summary.ts';
export { nextClick } from './evaluation/next-click.ts';
export {
  type CandidateOutcome,
  CLICK_GOALS,
  type ClickRun,
  type ClicksNeeded,
  clicksTo,
  MAX_CLICKS,
  type ObjectEvaluation,
  type PromptOutcome,
} from './evaluation/object-evaluation.ts';
export {
  type CalibrationBin,
  calibrateScores,
  type ScoreCalibration,
  type ScoredIou,
} from './evaluation/score-calibration.ts';
export { SIZE_CLASSES, type SizeClass, sizeClassOf } from './evaluation/size-class.ts';
export { TRUTH_PROMPTS, type TruthPrompt, truthPrompts } from './evaluation/truth-prompts.ts';
export {
  type CocoFile,
  type CocoOptions,
  type CocoSegmentation,
  readCoco,
  writeCoco,
} from './formats/coco.ts';
export { rleOfCocoPolygon } from './formats/coco-polygon.ts';
export {
  type Exchange,
  type ExchangeImage,
  type ExchangeObject,
  type ExchangeReading,
  type FormatFault,
  NO_LABEL,
  numberedLabels,
} from './formats/exchange.ts';
export { fillRings } from './formats/fill-rings.ts';
export { type PixelFeatures, readGeoJson, writeGeoJson } from './formats/geo-json.ts';
export {
  type DrawnLabelMap,
  drawLabelMap,
  type LabelMap,
  type LabelMapObject,
  objectsOfLabelMap,
} from './formats/label-map.ts';
export { type LabelMeFile, labelMePictures, readLabelMe, writeLabelMe } from './formats/label-me.ts';
export { bridgedRing, type MaskPolygon, type PixelRing, polygonsOfMask } from './formats/mask-polygons.ts';
export { unionOfRles } from './formats/union-of-rles.ts';
export { type ImageReading, readYoloLabels, writeYoloLabels } from './formats/yolo.ts';
export {
  type BoxXywh,
  type BoxXyxy,
  type BoxXyxyArray,
  boxArea,
  boxFromArray,
  boxToArray,
  clippedBox,
  isFiniteBox,
  orderedBox,
  toXywh,
  toXyxy,
  validateBox,
} from './geometry/box.ts';
export type { ImagePoint, ModelPoint, ViewPoint } from './geometry/point.ts';
export type { Size } from './geometry/size.ts';
export { type LogitsSampler, padSampler, squashSampler } from './logits/logits-sampler.ts';
export {
  type LogitsSummary,
  type ScanOptions,
  scanLogitsInto,
  upsampleLogits,
} from './logits/scan-logits.ts';
export { type Bitmap, checkBitmap, checkMaskSize, createBitmap, MAX_MASK_PX } from './mask/bitmap.ts';
export {
  findBackgroundComponents,
  findComponents,
  findHoles,
  type MaskComponent,
} from './mask/components.ts';
export { arcLength, type Contour, type ContourOptions, findContours } from './mask/contours.ts';
export { erodeMask } from './mask/erode.ts';
export { type MaskMeasures, measureMask, measureRuns } from './mask/measures.ts';
export { postprocess, validatePostprocessOptions } from './mask/postprocess.ts';
export type { PostprocessOptions } from './mask/postprocess-options.ts';
export {
  checkRle,
  decodeRle,
  encodeRle,
  encodeRunsAsRle,
  type Rle,
  rleArea,
  rleBox,
} from './mask/rle.ts';
export { countsFromString, countsToString } from './mask/rle-string.ts';
export { type RowRuns, rowRunsOf } from './mask/row-runs.ts';
export { MAX_SMOOTH_RADIUS_PX, smoothMask } from './mask/smooth.ts';
export {
  type AreaRatios,
  areaRatios,
  type MeasuredObject,
  measuredRecord,
} from './measures/measured-object.ts';
export {
  type BoundaryOptions,
  boundaryIou,
  boundaryOfMask,
  boundaryWidthPx,
} from './metrics/boundary-iou.ts';
export {
  type MaskOverlap,
  maskDice,
  maskIou,
  maskOverlap,
  rleDice,
  rleIou,
  rleOverlap,
} from './metrics/overlap.ts';
export { type StabilityCounts, stabilityScore } from './metrics/stability-score.ts';
export { kolmogorovSmirnovDistance, kolmogorovSmirnovLimit } from './monitoring/kolmogorov-smirnov.ts';
export {
  type PageHinkleyOptions,
  type PageHinkleyState,
  pageHinkleyAdd,
  pageHinkleyBegin,
  SCORE_DETECTOR,
} from './monitoring/page-hinkley.ts';
export {
  countInBins,
  populationStabilityIndex,
  type ReferenceBins,
  referenceBins,
} from './monitoring/population-stability.ts';
export {
  adviseThreshold,
  type JudgedScore,
  type ScoreBin,
  type SuggestedThreshold,
  type ThresholdAdvice,
  type ThresholdOptions,
  wilsonInterval,
} from './monitoring/threshold-advice.ts';
export type { MaskPrompt, PointLabel, Prompt, PromptPoint } from './prompt/prompt.ts';
export { MAX_PROMPT_POINTS, validatePrompt } from './prompt/validate-prompt.ts';
export { parseRecord, parseRecordWithMask } from './record/parse-record.ts';
export {
  type PredictionRecord,
  RECORD_SCHEMA_VERSION,
  type RecordedCandidate,
  type RecordedImage,
  type RecordedMask,
  type RecordedModel,
  type RecordedPrompt,
  type RecordedRle,
  type RecordedTimings,
} from './record/record.ts';
export {
  type BoxChange,
  type BoxVariant,
  boxFamily,
  FAMILY_LIMITS,
  type FamilyOptions,
  USUAL_FAMILY,
} from './sensitivity/box-family.ts';
export {
  type BoxAnswer,
  type BoxOutcome,
  type BoxSensitivity,
  measureSensitivity,
} from './sensitivity/box-sensitivity.ts';
export type { InstabilityMap } from './sensitivity/instability-map.ts';
export type { SensitivityReading } from './sensitivity/read-sensitivity.ts';
export type { Spread } from './sensitivity/spread.ts';
