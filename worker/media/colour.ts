import type { Colour, Picture } from './picture.ts';
import type { FilmTarget } from './target.ts';

/** Transfer curves of HDR: PQ and HLG (ITU-R BT.2100). */
export const isHdr = (transfer: string): boolean => transfer === 'smpte2084' || transfer === 'arib-std-b67';

/** Primaries wider than those of BT.709, in the names of ffprobe: UHD's and the two of P3. */
const WIDE = ['bt2020', 'smpte432', 'smpte431'];
/** Whether a picture's light or colours reach beyond ordinary video and have to be mapped into it. */
export const isBeyondVideo = ({ transfer, primaries }: Colour): boolean => isHdr(transfer) || WIDE.includes(primaries);

/** Whether pixels are red, green and blue, or an index of these, by ffmpeg's name of their format. */
export const isRgb = (pixelFormat: string): boolean =>
	/^(gbr|a?rgb|a?bgr|0rgb|0bgr|pal8|x2rgb|x2bgr)/.test(pixelFormat);

/** A matrix as the scale filter names it; an unknown one follows the size, as players take it. */
export function matrixOf({ space }: Colour, lines: number): string {
	if (space === 'bt709') return 'bt709';
	if (space === 'smpte170m' || space === 'bt470bg' || space === 'fcc') return 'bt601';
	if (space === 'bt2020nc' || space === 'bt2020c') return 'bt2020';
	return space === 'smpte240m' ? 'smpte240m' : lines > 576 ? 'bt709' : 'bt601';
}

/** Options of the scale filter from a clip's matrix and range to the film's; empty where both are the same. */
export function matrixChange({ colour, pixelFormat, stored }: Picture, target: FilmTarget): string {
	const to = matrixOf(target.colour, target.height);
	if (isRgb(pixelFormat)) return `:out_color_matrix=${to}:out_range=tv`;
	const from = matrixOf(colour, stored.height);
	const range = colour.range === 'pc' ? ':in_range=pc:out_range=tv' : '';
	return from === to ? range : `:in_color_matrix=${from}:out_color_matrix=${to}${range}`;
}

/** Nits of white paper in HDR (ITU-R BT.2408 §2.1), and of the brightest light kept: most HDR is graded to it. */
const WHITE_NITS = 203;
const PEAK_NITS = 1000;
/** Share of white up to which light stays as it is; above it the curve leans over towards the peak. */
const STRAIGHT = 0.3;

/**
 * Filters from HDR or wide colours to ordinary video by light: linear, BT.709's primaries, the curve leaning over
 * for what is brighter than paper, then the film's matrix in video range. Everything about the source is said here,
 * since files often say half of it; the peak is fixed, so that a clip looks the same whatever its metadata claim.
 */
export function toOrdinary({ colour }: Picture, target: FilmTarget): string[] {
	const { transfer, primaries, range } = colour;
	const hdr = isHdr(transfer);
	const from = [
		`tin=${hdr ? transfer : 'bt709'}`,
		`pin=${primaries === 'unknown' ? 'bt2020' : primaries}`,
		`rin=${range}`,
		...(ZSCALE_MATRICES[colour.space] ? [`min=${ZSCALE_MATRICES[colour.space]}`] : []),
	];
	const matrix = matrixOf(target.colour, target.height) === 'bt709' ? 'bt709' : '170m';
	return [
		`zscale=${from.join(':')}:t=linear:p=bt709:npl=${WHITE_NITS}`,
		'format=gbrpf32le',
		...(hdr
			? [`tonemap=tonemap=mobius:param=${STRAIGHT}:peak=${(PEAK_NITS / WHITE_NITS).toFixed(3)}:desat=0`]
			: []),
		`zscale=t=bt709:p=bt709:m=${matrix}:r=tv:dither=ordered`,
	];
}

/** Matrices as zscale names them; RGB has none. */
const ZSCALE_MATRICES: Record<string, string> = {
	unknown: '2020_ncl',
	bt2020nc: '2020_ncl',
	bt2020c: '2020_cl',
	bt709: '709',
	smpte170m: '170m',
	bt470bg: '470bg',
};
