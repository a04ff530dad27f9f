/**
 * Drawings that pass for good ones by all that can be seen beforehand, and are
 * made to take more than there is.
 *
 * @module
 */
import { dice } from "../index/random.ts";
import { svg } from "./drawings.ts";

/** How they may end, each as it always does. */
export type End = "picture" | "too costly" | "unreadable";

/** One of them. */
export interface Hostile {
  readonly why: string;
  readonly text: () => string;
  readonly end: End;
}

const ALL = '<rect width="200" height="160"';

function times(count: number, of: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => of(i)).join("");
}

/** A shape that is filtered by what stands in `filter`. */
function filtered(filter: string): string {
  return svg(`<filter id="f">${filter}</filter>${ALL} filter="url(#f)"/>`);
}

/** A path of `count` lines to and fro. */
function path(count: number, seed = 7): string {
  const { below } = dice(seed);
  return `M0 0${times(count, () => `L${below(200)} ${below(160)}`)}`;
}

/** Each of `depth` shows the one before it twice: 2^`depth` of the first. */
function doubled(depth: number): string {
  const levels = times(
    depth,
    (i) =>
      `<g id="a${i + 1}"><use href="#a${i}"/><use href="#a${i}" x="1"/></g>`,
  );
  return svg(
    `<defs><g id="a0">${ALL}/></g>${levels}</defs>` +
      `<use href="#a${depth}"/>`,
  );
}

/** Each of `depth` is made of two of the next, as `name` by `attribute`. */
function nested(name: string, attribute: string, depth: number): string {
  const shape = (i: number) =>
    `<g ${attribute}="url(#a${i})">${ALL} ${attribute}="url(#a${i})"/></g>`;
  const levels = times(
    depth,
    (i) =>
      `<${name} id="a${i}" width="1" height="1">${shape(i + 1)}${
        shape(i + 1)
      }</${name}>`,
  );
  return svg(
    `${levels}<${name} id="a${depth}" width="1" height="1">${ALL}/></${name}>` +
      shape(0),
  );
}

export const HOSTILE: readonly Hostile[] = [
  {
    why: "2^30 uses",
    text: () => doubled(30),
    end: "too costly",
  },
  {
    why: "a use of what it is in",
    text: () => svg('<g id="a"><use href="#a"/></g><use id="b" href="#b"/>'),
    end: "picture",
  },
  {
    why: "uses of each other",
    text: () =>
      svg(
        '<g id="a"><use href="#b"/></g><g id="b"><use href="#c"/></g>' +
          '<g id="c"><use href="#a"/></g>',
      ),
    end: "unreadable",
  },
  {
    why: "masks in masks",
    text: () => nested("mask", "mask", 30),
    end: "too costly",
  },
  {
    why: "clips in clips",
    text: () => nested("clipPath", "clip-path", 30),
    end: "picture",
  },
  {
    why: "patterns in patterns",
    text: () => nested("pattern", "fill", 30),
    end: "too costly",
  },
  {
    why: "a mask of itself",
    text: () =>
      svg(`<mask id="a">${ALL} mask="url(#a)"/></mask>${ALL} mask="url(#a)"/>`),
    end: "picture",
  },
  {
    why: "masks of each other, in three steps",
    text: () =>
      svg(
        times(3, (i) =>
          `<mask id="a${i}">${ALL} mask="url(#a${(i + 1) % 3})"/></mask>`) +
          `${ALL} mask="url(#a0)"/>`,
      ),
    end: "unreadable",
  },
  {
    why: "patterns of each other, in three steps",
    text: () =>
      svg(
        times(3, (i) =>
          `<pattern id="a${i}" width="1" height="1">${ALL} fill="url(#a${
            (i + 1) % 3
          })"/></pattern>`) + `${ALL} fill="url(#a0)"/>`,
      ),
    end: "unreadable",
  },
  {
    why: "a filter of a picture of itself",
    text: () =>
      svg(
        `<filter id="f"><feImage href="#a"/></filter>` +
          `<g id="a">${ALL} filter="url(#f)"/></g>`,
      ),
    end: "unreadable",
  },
  {
    why: "a blur of 10^6",
    text: () => filtered('<feGaussianBlur stdDeviation="1e6"/>'),
    end: "picture",
  },
  {
    why: "3,000 blurs",
    text: () => filtered('<feGaussianBlur stdDeviation="9"/>'.repeat(3_000)),
    end: "too costly",
  },
  {
    why: "turbulence of 10^9 octaves",
    text: () => filtered('<feTurbulence baseFrequency=".1" numOctaves="1e9"/>'),
    end: "too costly",
  },
  {
    why: "turbulence of a million octaves",
    text: () =>
      filtered('<feTurbulence baseFrequency=".1" numOctaves="1000000"/>'),
    end: "too costly",
  },
  {
    why: "morphology of a radius of 10^6",
    text: () => filtered('<feMorphology radius="1000000"/>'),
    end: "too costly",
  },
  {
    why: "a convolution of 100 × 100",
    text: () =>
      filtered(
        `<feConvolveMatrix order="100" kernelMatrix="${"1 ".repeat(10_000)}"/>`,
      ),
    end: "too costly",
  },
  {
    why: "a convolution of 10^9 × 10^9",
    text: () =>
      filtered('<feConvolveMatrix order="1e9" kernelMatrix="1 1 1"/>'),
    end: "picture",
  },
  {
    why: "a filter of 10^9 × 10^9",
    text: () =>
      svg(
        `<filter id="f" x="-1e9" y="-1e9" width="2e9" height="2e9">` +
          `<feFlood/></filter>${ALL} filter="url(#f)"/>`,
      ),
    end: "unreadable",
  },
  {
    why: "tiles of a thousandth",
    text: () =>
      svg(
        `<pattern id="a" width="1e-5" height="1e-5"><circle r="1"/>` +
          `</pattern>${ALL} fill="url(#a)"/>`,
      ),
    end: "picture",
  },
  {
    why: "100,000 lines over each other",
    text: () => svg(`<path fill-rule="evenodd" d="${path(100_000)}"/>`),
    end: "too costly",
  },
  {
    why: "10^6 segments without a length",
    text: () => svg(`<path d="M0 0${"h0".repeat(900_000)}"/>`),
    end: "picture",
  },
  {
    why: "dashes of 10^-9",
    text: () =>
      svg(`<path d="${path(20)}" stroke="red" stroke-dasharray="1e-9"/>`),
    end: "picture",
  },
  {
    why: "dashes of 10^-3",
    text: () =>
      svg(`<path d="${path(900)}" stroke="red" stroke-dasharray=".001"/>`),
    end: "picture",
  },
  {
    why: "250 groups in one another, each with a layer of its own",
    text: () =>
      svg('<g opacity=".9">'.repeat(250) + `${ALL}/>` + "</g>".repeat(250)),
    end: "too costly",
  },
  {
    why: "250 groups in one another that are much larger than it",
    text: () =>
      svg(
        '<g opacity=".9">'.repeat(250) +
          '<rect x="-9999" y="-9999" width="99999" height="99999"/>' +
          "</g>".repeat(250),
      ),
    end: "too costly",
  },
  {
    why: "a style of 5,000 rules for 5,000 elements",
    text: () =>
      svg(
        `<style>${times(5_000, (i) => `.a${i} .b{fill:red}`)}</style>` +
          '<g><g class="b"/></g>'.repeat(5_000),
      ),
    end: "too costly",
  },
  {
    why: "20,000 uses of what is not there",
    text: () => svg(times(20_000, (i) => `<use id="a${i}" href="#b"/>`)),
    end: "too costly",
  },
  {
    why: "400,000 elements",
    text: () => svg("<g/>".repeat(400_000)),
    end: "too costly",
  },
  {
    why: "NaN and Infinity",
    text: () =>
      svg(
        '<rect x="NaN" y="Infinity" width="1e999" height="-Infinity"/>' +
          '<path d="M NaN 1e999 L Infinity 3"/><g transform="scale(1e999)">' +
          `${ALL} stroke="red" stroke-width="1e38"/></g>` +
          '<circle r="3e38" cx="3e38" transform="matrix(0 0 0 0 0 0)"/>',
      ),
    end: "picture",
  },
  {
    why: "numbers of 1,000 digits",
    text: () =>
      svg(
        `<rect x="${"9".repeat(1_000)}" width="0.${"0".repeat(1_000)}1" ` +
          `height="1e-${"9".repeat(99)}"/>`,
      ),
    end: "picture",
  },
  {
    why: "a gradient of 20,000 stops",
    text: () =>
      svg(
        `<linearGradient id="a">${
          times(20_000, (i) => `<stop offset="${i / 20_000}"/>`)
        }</linearGradient>${ALL} fill="url(#a)"/>`,
      ),
    end: "picture",
  },
  {
    why: "400,000 letters",
    text: () => svg(`<text y="20">${"ab ".repeat(133_333)}</text>`),
    end: "too costly",
  },
  {
    why: "20,000 letters, each of which is its own",
    text: () => svg("<text><tspan>a</tspan></text>".repeat(20_000)),
    end: "too costly",
  },
  {
    why: "places for a million letters, of which there is one",
    text: () => svg(`<text x="${"1 ".repeat(900_000)}">a</text>`),
    end: "picture",
  },
  {
    why: "letters of 10^9 pixels",
    text: () => svg('<text font-size="1e9" stroke="red">@@@</text>'),
    end: "picture",
  },
  {
    why: "letters of no pixels, and of NaN",
    text: () =>
      svg(
        '<text font-size="0">a</text><text font-size="-9">a</text>' +
          '<text font-size="NaN">a</text><text font-size="1e-38">a</text>',
      ),
    end: "picture",
  },
  {
    why: "letters that are far from each other",
    text: () => svg(`<text letter-spacing="1e30">${"a".repeat(999)}</text>`),
    end: "picture",
  },
  {
    why: "50,000 marks on a letter",
    text: () => svg(`<text y="99">a${"\u0301".repeat(50_000)}</text>`),
    end: "too costly",
  },
  {
    why: "letters that are written to the left and to the right, in turn",
    text: () =>
      svg(`<text y="20">${"\u202ea\u202d".repeat(200)}</text>`.repeat(20)),
    end: "picture",
  },
  {
    why: "250 spans in one another",
    text: () =>
      svg(
        `<text>${"<tspan>a".repeat(250)}${"</tspan>".repeat(250)}</text>`,
      ),
    end: "picture",
  },
  {
    why: "text on a path of 100,000 lines",
    text: () =>
      svg(
        `<path id="p" d="${path(100_000)}"/><text><textPath href="#p">${
          "a".repeat(9_999)
        }</textPath></text>`,
      ),
    end: "too costly",
  },
  {
    why: "text on a path that is not there, and on itself",
    text: () =>
      svg(
        '<text id="t"><textPath href="#p">a</textPath>' +
          '<textPath href="#t">a</textPath></text>',
      ),
    end: "picture",
  },
  {
    why: "a style of 5,000 families for 500 texts",
    text: () =>
      svg(
        `<g font-family="${times(5_000, (i) => `a${i},`)}fantasy">${
          "<text>a</text>".repeat(500)
        }</g>`,
      ),
    end: "too costly",
  },
];
