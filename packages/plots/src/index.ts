export { type FigureOptions, writePlot } from "./chart/figure.ts";
export type { Drawable, DrawOptions, Trail, ZoneMark } from "./draw/boxes-svg.ts";
export { drawDetections } from "./draw/draw-detections.ts";
export type { KeypointMarks, Shapes } from "./draw/shapes.ts";
export {
  type ConfusionCounts,
  type ConfusionPlotOptions,
  plotConfusionMatrix,
} from "./figures/plot-confusion-matrix.ts";
export { type CurveKind, type CurvesOfClass, plotCurve } from "./figures/plot-curve.ts";
export { type Generation, plotEvolution } from "./figures/plot-evolution.ts";
export { type LabelBoxes, plotLabels } from "./figures/plot-labels.ts";
export { type LinePanel, type LineSeries, type PlotLinesOptions, plotLines } from "./figures/plot-lines.ts";
export { plotResults, type ResultsRow } from "./figures/plot-results.ts";
export { type GridImage, type ImageGridOptions, imageGrid } from "./grid/image-grid.ts";
