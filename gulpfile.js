const { dest, parallel, src } = require('gulp');

/** n8n looks for icons and codex files beside the compiled nodes: the two things that tsc does not copy. */
const icons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
const codex = () => src('nodes/**/*.node.json').pipe(dest('dist/nodes'));

exports.build = parallel(icons, codex);
