/**
 * Drawings of everything that is drawn.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { png } from "../engine/png.ts";

/** One of them. */
export interface Drawn {
  readonly name: string;
  /** Of the root, in a plane of 200 × 160. */
  readonly inside: string;
  /** Below which likeness is a mistake, if it is not the usual one. */
  readonly floor?: number;
}

/** As large as the plane. */
export const SIZE: Size = { width: 200, height: 160 };

/** A document with `inside` in its root, of so many pixels. */
export function svg(
  inside: string,
  { width, height }: Size = SIZE,
  box = "0 0 200 160",
): string {
  return '<svg xmlns="http://www.w3.org/2000/svg" ' +
    'xmlns:xlink="http://www.w3.org/1999/xlink" ' +
    `width="${width}" height="${height}" viewBox="${box}">${inside}</svg>`;
}

/** The bytes of a document. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** 2 × 2 pixels: red, green, blue, and half of white. */
function embedded(): string {
  const rows = [
    [0, 255, 0, 0, 255, 0, 255, 0, 255],
    [0, 0, 0, 255, 255, 255, 255, 255, 128],
  ];
  const claim = { width: 2, height: 2, type: 6 };
  const file = png(claim, Uint8Array.from(rows.flat()));
  return `data:image/png;base64,${Buffer.from(file).toString("base64")}`;
}

const STAR = "M100 10 160 150 10 60H190L40 150Z";

const STOPS = '<stop stop-color="#e33"/>' +
  '<stop offset=".4" stop-color="#fd3" stop-opacity=".5"/>' +
  '<stop offset="1" stop-color="#33e"/>';

const ALL = '<rect width="200" height="160"';

export const DRAWINGS: readonly Drawn[] = [
  {
    name: "shapes",
    inside: `${ALL} fill="#eee"/><circle cx="50" cy="50" r="40" fill="red"/>` +
      '<ellipse cx="140" cy="50" rx="50" ry="25" fill="hsl(120,50%,40%)"/>' +
      '<rect x="20" y="100" width="60" height="40" rx="10" fill="#00f8"/>' +
      '<polygon points="100,150 130,100 190,140" fill="teal"/>',
  },
  {
    name: "paths",
    inside: `<path d="${STAR}" fill-rule="evenodd" fill="#c63"/>` +
      '<path d="M10 150q30-90 90-20t90 0v10a20 9 30 0 1-40 5z" fill="#369"/>',
  },
  {
    name: "strokes",
    inside: '<g fill="none" stroke="#333" stroke-width="8">' +
      '<path d="M20 20 60 60 20 100" stroke-linejoin="round"/>' +
      '<path d="M80 20 120 60 80 100" stroke-linecap="square"/>' +
      '<path d="M140 20 180 60 140 100" stroke-linejoin="bevel"/>' +
      '<path d="M10 130H190" stroke-dasharray="20 6 3" stroke-dashoffset="9"' +
      ' stroke-linecap="round"/></g>',
  },
  {
    name: "opacity",
    inside: `${ALL} fill="#06c" opacity=".4"/><g opacity=".5">` +
      '<circle cx="80" cy="80" r="50"/>' +
      '<circle cx="120" cy="80" r="50" fill="red"/></g>',
  },
  {
    name: "linear gradients",
    inside: `<linearGradient id="a" x2="0" y2="1">${STOPS}</linearGradient>` +
      '<linearGradient id="b" href="#a" x2=".3" spreadMethod="reflect" ' +
      'gradientTransform="rotate(30)"/>' +
      '<rect width="90" height="160" fill="url(#a)"/>' +
      '<rect x="110" width="90" height="160" fill="url(#b)"/>',
  },
  {
    name: "radial gradients",
    inside: `<radialGradient id="a">${STOPS}</radialGradient>` +
      '<radialGradient id="b" xlink:href="#a" fx=".3" r=".3" ' +
      'spreadMethod="repeat"/><circle cx="50" cy="80" r="45" fill="url(#a)"/>' +
      '<rect x="105" y="30" width="90" height="100" fill="url(#b)"/>',
  },
  {
    name: "clips",
    inside: `<clipPath id="a"><path d="${STAR}" clip-rule="evenodd"/>` +
      `</clipPath><g clip-path="url(#a)">${ALL} fill="#084"/></g>`,
  },
  {
    name: "masks",
    inside: `<linearGradient id="g"><stop stop-color="#fff"/>` +
      '<stop offset="1"/></linearGradient><mask id="a">' +
      `${ALL} fill="url(#g)"/></mask>${ALL} fill="#c08" mask="url(#a)"/>`,
  },
  {
    name: "uses and symbols",
    inside: '<symbol id="a" viewBox="0 0 10 10"><path d="M0 0H10L5 10z"/>' +
      '</symbol><use href="#a" width="60" height="60" fill="red"/>' +
      '<use xlink:href="#a" x="80" y="20" width="100" height="120" ' +
      'fill="#0a0"/>',
  },
  {
    name: "patterns",
    inside: '<pattern id="a" width="40" height="40" ' +
      'patternUnits="userSpaceOnUse" patternTransform="rotate(20)">' +
      '<rect width="20" height="20" fill="#a30"/>' +
      '<circle cx="30" cy="30" r="8" fill="#03a"/></pattern>' +
      `${ALL} fill="url(#a)"/>`,
  },
  {
    name: "transforms",
    inside: '<g transform="translate(100 80) rotate(20)">' +
      '<rect width="50" height="30" fill="#555" transform="skewX(20)"/>' +
      '<rect x="-60" y="-50" width="40" height="40" fill="#b0b" ' +
      'transform="scale(1.2,.8)"/><path d="M0 0H9V9Z" fill="#080" ' +
      'transform="matrix(3 1 -1 3 -60 20)"/></g>',
  },
  {
    name: "markers",
    inside: '<marker id="a" orient="auto" markerWidth="5" markerHeight="5" ' +
      'refX="3" refY="3" viewBox="0 0 6 6"><path d="M0 0 6 3 0 6z"/></marker>' +
      '<path d="M20 140 70 40 120 120 180 20" fill="none" stroke="#000" ' +
      'stroke-width="4" marker-mid="url(#a)" marker-end="url(#a)"/>',
  },
  {
    name: "styles",
    inside: "<style><![CDATA[.a{fill:#e80}g>rect:first-child{stroke:#000}" +
      '#b{fill:#08e;opacity:.7}]]></style><g><rect class="a" x="10"' +
      ' y="10" width="80" height="80"/><circle id="b" cx="120" cy="90" r="60"' +
      ' style="fill:red;stroke:navy"/></g>',
  },
  {
    name: "inner drawings",
    inside: '<svg x="20" y="20" width="100" height="50" viewBox="0 0 10 10">' +
      '<rect width="10" height="10" fill="#484"/></svg><switch>' +
      '<g requiredExtensions="urn:a"/><rect x="50%" y="50%" width="25%" ' +
      'height="25%" fill="#448"/></switch>',
  },
  {
    name: "blend modes",
    inside: `${ALL} fill="#fa0"/><circle cx="80" cy="80" r="60" fill="#0af" ` +
      'style="mix-blend-mode:multiply"/><circle cx="130" cy="80" r="50" ' +
      'fill="#a0f" style="mix-blend-mode:screen"/>',
  },
  {
    name: "a picture in it",
    inside: `<image href="${embedded()}" x="20" y="10" width="140" ` +
      'height="140" image-rendering="optimizeSpeed"/>',
  },
  {
    name: "a blur",
    inside: '<filter id="a"><feGaussianBlur stdDeviation="6"/></filter>' +
      `<path d="${STAR}" fill="#063" filter="url(#a)"/>`,
  },
  {
    name: "a shadow",
    inside: '<filter id="a"><feOffset in="SourceAlpha" dx="8" dy="8"/>' +
      '<feGaussianBlur stdDeviation="3" result="b"/><feMerge>' +
      '<feMergeNode in="b"/><feMergeNode in="SourceGraphic"/></feMerge>' +
      '</filter><circle cx="90" cy="75" r="50" fill="#d24" ' +
      'filter="url(#a)"/>',
  },
  {
    name: "filters of colours",
    inside: '<filter id="a" color-interpolation-filters="sRGB">' +
      '<feColorMatrix type="hueRotate" values="90"/><feComponentTransfer>' +
      '<feFuncR type="gamma" exponent=".5"/><feFuncB type="discrete" ' +
      'tableValues="0 .5 1"/></feComponentTransfer></filter>' +
      `<g filter="url(#a)">${ALL} fill="#963"/><circle cx="90" cy="70" ` +
      'r="50" fill="#39c"/></g>',
  },
  {
    name: "filters of shapes",
    inside: '<filter id="a"><feMorphology operator="dilate" radius="2"/>' +
      '<feFlood flood-color="#07c" result="f"/>' +
      '<feComposite in="f" in2="SourceGraphic" operator="xor"/></filter>' +
      `<path d="${STAR}" filter="url(#a)"/>`,
  },
  {
    name: "turbulence",
    inside: '<filter id="a" x="0" y="0" width="1" height="1">' +
      '<feTurbulence baseFrequency=".04" numOctaves="2" seed="3"/></filter>' +
      `${ALL} filter="url(#a)"/>`,
  },
  {
    name: "light",
    inside: '<filter id="a"><feDiffuseLighting surfaceScale="4" ' +
      'lighting-color="#fc6"><fePointLight x="60" y="40" z="50"/>' +
      '</feDiffuseLighting><feComposite in2="SourceAlpha" operator="in"/>' +
      '</filter><circle cx="100" cy="80" r="60" filter="url(#a)"/>',
  },
  {
    name: "text",
    inside: '<text x="10" y="30" font-family="Arimo" font-size="22" ' +
      'fill="#234">Grüße, AVATAR</text><text x="10" y="60" font-size="20" ' +
      'font-family="Arimo">Привет, Ελλάδα</text><text x="10" y="90" ' +
      'font-family="Arimo" font-size="20" font-weight="bold">Tiếng Việt ½ €' +
      '</text><text x="10" y="130" font-family="Arimo" font-size="30" ' +
      'fill="none" stroke="#a22">Office</text>',
  },
  {
    name: "text of a family that is not here",
    inside: '<style>text{font-family:"Open Sans",Helvetica,sans-serif;' +
      "font-size:18px}.b{font-weight:700;fill:#b00}</style>" +
      '<text x="100" y="40" text-anchor="middle">in the middle</text>' +
      '<text x="190" y="80" text-anchor="end" class="b">at the end</text>' +
      '<text x="10" y="120">one <tspan font-size="26" dy="6" fill="#06c">two' +
      "</tspan> three</text>",
  },
  {
    name: "text that is spaced, turned and underlined",
    inside: '<text x="10" y="30" font-size="20" font-family="Arimo" ' +
      'letter-spacing="4">wider</text><text x="10" y="70" font-size="20" ' +
      'font-family="Arimo" transform="rotate(-8 10 70)" fill-opacity=".5">' +
      'turned</text><text x="10" y="150" font-size="20" ' +
      'font-family="Arimo" text-decoration="underline">under</text>',
  },
  {
    name: "text of three families",
    inside: '<g font-size="18"><text x="10" y="30" font-family="serif">serif ' +
      'AVATAR</text><text x="10" y="60" font-family="Nothing,monospace">' +
      'mono 0Oil1</text><text x="10" y="90" style="font-family:sans-serif">' +
      "sans AVATAR</text></g><style>.a{font:bold 18px/1.2 serif}" +
      ".b{font:700 18px &quot;No such&quot;,monospace}</style>" +
      '<text x="10" y="120" class="a">serif, bold</text>' +
      '<text x="10" y="150" class="b">mono, bold</text>',
  },
];
