import { countedPicture } from './counted.ts';
import { AAC, counted, lavfi, moving, noise, X264 } from './drawn.ts';

type Path = (name: 'n24' | 'n49' | 'n96' | 'nIdr' | 'a2') => string;
const copied = (...args: string[]) => [...args, '-c', 'copy'];
const H264_TAGS = 'colour_primaries=1:transfer_characteristics=1:matrix_coefficients=1';

/** Clips as other cameras, editors and services write them, by name: arguments, or how to get them from other clips. */
export const ODDITIES = {
	/** Numbered frames in other containers: without exact times, without a length, in fragments, by way of MPEG-TS. */
	nMkv: (path: Path) => copied('-i', path('n49'), '-f', 'matroska'),
	nLive: (path: Path) => [...copied('-i', path('nIdr')), '-f', 'matroska', '-live', '1'],
	nFrag: (path: Path) => [...copied('-i', path('nIdr')), '-movflags', '+frag_keyframe+empty_moov+default_base_moof'],
	/** Its times begin nowhere near 0, and its parameter sets stand in the samples. */
	nTold: (path: Path) => [
		...copied('-i', path('n49'), '-output_ts_offset', '7.3'),
		...['-bsf:v', 'h264_mp4toannexb,dump_extra=freq=keyframe', '-f', 'mp4', '-movflags', '+faststart'],
	],
	/** Twelve frames hidden by the edit list; and the picture half a second behind the sound. */
	nEdited: (path: Path) => copied('-ss', '0.5', '-i', path('n96')),
	nLate: (path: Path) => [
		...['-itsoffset', '0.5', '-i', path('n49'), '-i', path('a2'), '-map', '0:v', '-map', '1:a'],
		...['-c', 'copy'],
	],
	/** The sound's track in front, others beside it that hold neither. */
	nAudioFirst: (path: Path) => copied('-i', path('nIdr'), '-map', '0:a', '-map', '0:v'),
	nTimecode: (path: Path) => [...copied('-i', path('nIdr')), '-timecode', '01:00:00:00', '-f', 'mov'],
	/** Frames left out here and there: each carries the number that it has at 24 a second. */
	nVfr: [
		...countedPicture(22, 72, '24'),
		...['-vf', "select='not(mod(n,3))+lt(n,24)+gt(n,60)'", '-fps_mode', 'passthrough', ...X264],
	],
	/** Rates from a slide show's to a fast camera's. */
	n5: counted(23, 10, X264, { rate: '5' }),
	n120: counted(24, 120, X264, { rate: '120' }),
	n24Film: counted(25, 48, X264, { rate: '24000/1001' }),
	/** Every frame an IDR picture; none but the first, refreshed column by column; other profiles of H.264. */
	nIntra: counted(26, 24, [...X264, '-x264-params', 'keyint=1']),
	nRefresh: counted(27, 48, [...X264, '-x264-params', 'intra-refresh=1:keyint=12:bframes=0']),
	nBase: counted(28, 24, [...X264, '-profile:v', 'baseline']),
	nLossless: counted(29, 24, [...X264, '-qp', '0']),
	nSlices: counted(30, 24, [...X264, '-x264-params', 'slices=4:aud=1']),
	nTagged: counted(31, 48, [...X264, '-bsf:v', `h264_metadata=${H264_TAGS}`]),
	/** Sound in great numbers of channels and samples, with a hole, longer than the picture, and none but its header. */
	eight: [
		...moving(1),
		...lavfi('anoisesrc=r=96000:a=0.3:seed=32:d=1'),
		...['-filter_complex', '[1:a]pan=7.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0|SL=c0|SR=c0[a]'],
		...['-map', '0:v', '-map', '[a]', ...X264, '-c:a', 'flac', '-f', 'matroska'],
	],
	holed: [
		...moving(2),
		...lavfi("anoisesrc=r=48000:a=0.3:seed=33:d=2,aselect='not(between(t,0.5,1))'"),
		...[...X264, '-c:a', 'flac', '-f', 'matroska'],
	],
	longer: [...moving(1), ...noise(5, 34), ...X264, ...AAC],
	pcm: [...moving(1), ...noise(1, 35), ...X264, '-c:a', 'pcm_s24le', '-f', 'mov'],
	/** Editors' codecs, with transparency and finer colours. */
	animation: [...moving(1), '-c:v', 'qtrle', '-pix_fmt', 'argb', '-f', 'mov'],
	dnxhr: [...moving(1), '-c:v', 'dnxhd', '-profile:v', 'dnxhr_lb', '-pix_fmt', 'yuv422p', '-f', 'mov'],
	ffv1: [...moving(1), '-c:v', 'ffv1', '-pix_fmt', 'yuv444p', '-f', 'matroska'],
	clear: [...moving(1), '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-pix_fmt', 'yuva420p', '-f', 'webm'],
	grey: [...moving(1), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'gray'],
	/** Shapes from a stamp's to a banner's, and upside down. */
	stamp: [...lavfi('testsrc2=s=32x32:r=24:d=1'), ...X264],
	banner: [...lavfi('testsrc2=s=640x90:r=24:d=1'), ...X264],
	hd: [...lavfi('testsrc2=s=1280x720:r=24:d=0.5'), ...noise(0.5, 36), ...X264, ...AAC],
	upsideDown: (path: Path) => copied('-i', path('a2'), '-metadata:s:v', 'rotate=180'),
	/** Not a frame in it; and a film in a container for sound. */
	hollow: [...moving(1), '-frames:v', '0', ...X264],
	ogv: [...moving(1), ...noise(1, 37), '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis', '-f', 'ogg'],
} as const;
