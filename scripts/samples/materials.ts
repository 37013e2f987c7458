import { hash, layeredNoise, noise, step } from './noise.ts';
import type { Colour, Material } from './scene.ts';
import { hypot, type Vector } from './shapes.ts';

export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export function scaled(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** Boards along x, each with its own tone, with grain that bends around knots. */
export function wood(light: Colour, dark: Colour, board: number, grainAlong: 'x' | 'z' = 'x'): Material {
  const grain = (x: number, y: number, z: number): number => {
    const bend = 0.5 * layeredNoise(x * 0.5, y * 2, z * 1.4, 3);
    const rings = noise(x * 0.9, y * 9 + 7, (z + bend) * 14);
    return 0.6 * rings + 0.4 * layeredNoise(x * 2.2, y * 30, z * 42, 3);
  };
  const colour = (x: number, y: number, z: number): Colour => {
    const [u, v] = grainAlong === 'x' ? [x, z] : [z, x];
    const index = Math.floor(v / board);
    const gap = Math.min(v / board - index, 1 - (v / board - index)) * board;
    const tone = mix(light, dark, 0.15 + 0.75 * grain(u + 31 * hash(index, 5, 9), y, v));
    return scaled(tone, (0.82 + 0.3 * hash(index, 2, 3)) * (0.45 + 0.55 * step(0.004, 0.022, gap)));
  };
  return { colour, roughness: 0.55 };
}

/** Cloth with a visible weave. */
export function cloth(base: Colour): Material {
  return {
    colour: (x, y, z) =>
      scaled(base, 0.78 + 0.3 * weave(x, z) + 0.25 * (layeredNoise(x * 1.5, y, z * 1.5, 4) - 0.5)),
    roughness: 0.95,
    bump: (x, _y, z) => 0.0035 * weave(x, z) + 0.03 * layeredNoise(x * 0.9 + 3, 0, z * 0.7, 3),
  };
}

function weave(x: number, z: number): number {
  const a = Math.abs(Math.sin(x * 95 + 0.6 * noise(x, 1, z * 9)));
  const b = Math.abs(Math.sin(z * 95 + 0.6 * noise(x * 9, 2, z)));
  return (Math.floor((x * 95) / Math.PI) + Math.floor((z * 95) / Math.PI)) % 2 === 0 ? a : b;
}

/** Painted plaster with faint stains. */
export function plaster(base: Colour): Material {
  return {
    colour: (x, y, z) => scaled(base, 0.86 + 0.22 * layeredNoise(x * 0.7, y * 0.7, z * 0.7, 5)),
    roughness: 1,
    bump: (x, y, z) => 0.006 * layeredNoise(x * 9, y * 9, z * 9, 2),
  };
}

/** Ceramic with specks. */
export function glaze(base: Colour, specks: Colour, roughness: number = 0.22): Material {
  return {
    colour: (x, y, z) => {
      const speck = step(0.8, 0.86, noise(x * 52, y * 52, z * 52)) * 0.6;
      return mix(scaled(base, 0.9 + 0.2 * layeredNoise(x * 3, y * 3, z * 3, 3)), specks, speck);
    },
    roughness,
  };
}

/** Two colours that run into each other from top to bottom, with streaks and pores: fruit. */
export function skin(
  at: Vector,
  top: Colour,
  side: Colour,
  streaks: number,
  roughness: number = 0.38,
): Material {
  return {
    colour: (x, y, z) => {
      const angle = Math.atan2(z - at.z, x - at.x);
      const streak = layeredNoise(angle * 9, (y - at.y) * 1.5, 3, 3) - 0.5;
      const height = step(-0.25, 0.45, y - at.y + 0.35 * (layeredNoise(x * 2.3, y * 2.3, z * 2.3, 3) - 0.5));
      const pore = step(0.77, 0.82, noise(x * 46, y * 46, z * 46)) * 0.25;
      return mix(scaled(mix(side, top, height), 1 + streaks * streak), [0.9, 0.8, 0.55], pore);
    },
    roughness,
  };
}

/** Peel of citrus: one colour, dimpled. */
export function peel(base: Colour): Material {
  return {
    colour: (x, y, z) => scaled(base, 0.82 + 0.3 * layeredNoise(x * 4, y * 4, z * 4, 3)),
    roughness: 0.42,
    bump: (x, y, z) => -0.0022 * step(0.5, 0.85, noise(x * 62, y * 62, z * 62)),
  };
}

export function metal(colour: Colour, roughness: number): Material {
  return {
    colour: (x, y, z) => scaled(colour, 0.92 + 0.12 * noise(x * 30, y * 30, z * 30)),
    roughness,
    metal: true,
  };
}

/** One colour with a little unevenness. */
export function plain(base: Colour, roughness: number, unevenness: number = 0.15): Material {
  return {
    colour: (x, y, z) => scaled(base, 1 - unevenness / 2 + unevenness * layeredNoise(x * 6, y * 6, z * 6, 3)),
    roughness,
  };
}

/** Icing on the upper half of a ring that lies flat, dough below, sprinkles on top. */
export function icedDough(at: Vector, icing: Colour): Material {
  const sprinkles: readonly Colour[] = [
    [0.9, 0.85, 0.8],
    [0.9, 0.6, 0.1],
    [0.15, 0.45, 0.7],
    [0.3, 0.65, 0.2],
  ];
  return {
    colour: (x, y, z) => {
      const angle = Math.atan2(z - at.z, x - at.x);
      const edge = 0.03 * Math.sin(angle * 7) + 0.05 * noise(angle * 4, 1, 2);
      const covered = step(-0.015, 0.015, y - at.y + 0.02 - edge);
      const cell = [Math.floor(x * 16), Math.floor(y * 16), Math.floor(z * 16)] as const;
      const apart = hypot(((x * 16) % 1) - 0.5, ((z * 16) % 1) - 0.5);
      const chosen = sprinkles[Math.floor(hash(cell[0], 4, cell[2]) * 4)] ?? icing;
      const onTop = hash(cell[0], 1, cell[2]) > 0.72 && Math.abs(apart) < 0.42 ? covered : 0;
      const dough = scaled([0.62, 0.36, 0.15], 0.8 + 0.4 * layeredNoise(x * 9, y * 9, z * 9, 3));
      return mix(mix(dough, icing, covered), chosen, onTop);
    },
    roughness: 0.35,
  };
}

/** Cover outside, paper at the three open edges; `toLocal` maps into the frame where the book is `half` in size. */
export function bound(
  cover: Colour,
  half: Vector,
  toLocal: (x: number, y: number, z: number) => Vector,
): Material {
  return {
    colour: (x, y, z) => {
      const p = toLocal(x, y, z);
      const inPages = Math.abs(p.y) < half.y * 0.76 && p.x > -half.x * 0.93;
      const sheet = 0.72 + 0.22 * noise(p.y * 160, 3, p.x * 0.5 + p.z * 0.5);
      const title =
        Math.abs(p.x - half.x * 0.1) < half.x * 0.42 && Math.abs(p.z + half.z * 0.3) < half.z * 0.1;
      const face = title && p.y > 0 ? mix(cover, [0.8, 0.7, 0.45], 0.75) : cover;
      return inPages
        ? scaled([0.86, 0.8, 0.66], sheet)
        : scaled(face, 0.85 + 0.3 * layeredNoise(p.x * 12, p.y * 12, p.z * 12, 4));
    },
    roughness: 0.6,
  };
}
