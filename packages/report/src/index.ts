export {
  type AuthorFile,
  type AuthorPlace,
  authorTextsOf,
  completeAuthorFile,
  parseAuthorFile,
} from './author/author-file.ts';
export { authorRegionsOf, type TakenOver, takeOverRegions } from './author/author-regions.ts';
export { buildReport, type ReportParts } from './document/build-report.ts';
export {
  type DrawnPicture,
  type DrawnPictures,
  type PictureRequest,
  pictureKey,
  picturesOf,
  type ReportDocument,
} from './document/report-document.ts';
export type { EvaluatedModel } from './evaluation/evaluated-model.ts';
export { evaluationPlots, type NamedPlot } from './evaluation/evaluation-plots.ts';
export {
  calibrationTable,
  type EvaluatedObjects,
  evaluationTable,
  objectsTable,
} from './evaluation/evaluation-tables.ts';
export { type MeasuresOptions, measuresTable } from './measures/measures-table.ts';
export { contrastColour, type MaskColour, type PixelGrid } from './overlay/contrast-colour.ts';
export { OVERLAY_MAX_SIDE, OVERLAY_MIN_SIDE, type OverlaySize, overlaySize } from './overlay/overlay-size.ts';
export { type OverlayContent, overlaySvg } from './overlay/overlay-svg.ts';
export { differenceSvg, type SheetContent, sheetSvg } from './overlay/sheet-svg.ts';
export type { PlotRange } from './plots/axis-ticks.ts';
export { type Bar, type BarPlot, type BarSeries, barPlotSvg } from './plots/bar-plot.ts';
export { type HistogramPlot, type HistogramSeries, histogramPlotSvg } from './plots/histogram-plot.ts';
export { type LinePlot, type LinePoint, type LineSeries, linePlotSvg } from './plots/line-plot.ts';
export type { NumberForm, PlotWords } from './plots/plot-frame.ts';
export type { PlotStyle, PlotTheme } from './plots/plot-style.ts';
export {
  type ReliabilityBin,
  type ReliabilityPlot,
  type ReliabilitySeries,
  reliabilityPlotSvg,
} from './plots/reliability-plot.ts';
export { type ScatterPlot, type ScatterSeries, scatterPlotSvg } from './plots/scatter-plot.ts';
export { type ReportMaterial, renderHtml } from './render/render-html.ts';
export { type MarkdownReport, renderMarkdown } from './render/render-markdown.ts';
export { renderTypst, type TypstFiles } from './render/render-typst.ts';
export { REPORT_STYLE_SOURCE } from './render/report-css.ts';
export type {
  Access,
  ObjectState,
  QuickTest,
  SlurmJob,
  Stage,
  Study,
  StudyAnswer,
  StudyCapture,
  StudyComparison,
  StudyDecision,
  StudyEnvironment,
  StudyImage,
  StudyMeasures,
  StudyModel,
  StudyObject,
  StudySensitivity,
} from './study/study.ts';
export { cellText, type Table, type TableCell, type TableColumn } from './tables/table.ts';
export { tableCsv } from './tables/table-csv.ts';
export { tableLatex } from './tables/table-latex.ts';
export { tableMarkdown } from './tables/table-markdown.ts';
export { BUILT_IN_TEMPLATES, type BuiltInTemplate, builtInTemplate } from './template/built-in-templates.ts';
export { parseTemplate, type Template } from './template/parse-template.ts';
export { loadFont, type TextFont } from './text/text-font.ts';
export { LANGUAGES, type Language } from './texts/report-texts.ts';
