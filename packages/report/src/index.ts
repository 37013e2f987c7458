export { contrastColour, type MaskColour, type PixelGrid } from './overlay/contrast-colour.ts';
export { OVERLAY_MAX_SIDE, OVERLAY_MIN_SIDE, type OverlaySize, overlaySize } from './overlay/overlay-size.ts';
export { type OverlayContent, overlaySvg } from './overlay/overlay-svg.ts';
export { loadFont, type TextFont } from './text/text-font.ts';
