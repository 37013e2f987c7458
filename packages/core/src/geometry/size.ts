/** Width and height in pixels, both integers of 1 or more. Never a bare pair: order is not guessed. */
export interface Size {
  readonly width: number;
  readonly height: number;
}
