// Writes ../static/dist from the sources here. Same input, same bytes: the result is committed.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, context } from 'esbuild'
import subsetFont from 'subset-font'

const out = '../static/dist'
const templates = '../templates'
const watching = process.argv.includes('--watch')

const common = {
  metafile: true,
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  legalComments: 'none', // the licences are in LICENSES.txt
  charset: 'utf8',
  logLevel: 'warning',
}

// htmx as its authors made it small: that is less than what we could make of its source.
const htmx = {
  name: 'htmx',
  setup ({ onResolve, onLoad }) {
    onResolve({ filter: /^htmx\.org$/ }, () => ({ path: 'node_modules/htmx.org/dist/htmx.min.js', namespace: 'htmx' }))
    // Its eval is switched off (allowEval); written like this it does not keep esbuild from shortening names.
    onLoad({ filter: /.*/, namespace: 'htmx' }, ({ path }) => {
      const source = readFileSync(path, 'utf8').replaceAll(/\beval\(/g, 'globalThis.eval(')
      return { contents: `${source}\nexport default htmx` }
    })
  },
}

// Modules that app.js shares with the scripts it loads later (js/later.js): their imports take what is there.
const shared = {
  name: 'shared',
  setup ({ onResolve, onLoad }) {
    onResolve({ filter: /^htmx\.org$/ }, () => ({ path: 'htmx', namespace: 'shared' }))
    onResolve({ filter: /^\.\.?\/(commands|live|notices|triage|unsent)\.js$/ }, ({ path }) => ({ path: basename(path, '.js'), namespace: 'shared' }))
    onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => {
      if (path === 'htmx') return { contents: 'export default globalThis.hummdesk.htmx.htmx' }
      const source = readFileSync(`js/${path}.js`, 'utf8')
      const names = [...source.matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm)].map(([, name]) => name)
      return { contents: `export const { ${names.join(', ')} } = globalThis.hummdesk.${path}` }
    })
  },
}

// No chunk is shared, so that hashed names need no rewriting of imports.
const scripts = [
  {
    ...common,
    plugins: [htmx],
    entryPoints: {
      app: 'js/app.js',
      palette: 'js/palette/palette.js',
      picker: 'js/picker.js',
      shortcuts: 'js/shortcuts.js',
      'api-docs': 'js/api-docs.js',
      editor: 'js/editor/editor.js',
      emoji: 'js/editor/emoji-picker.js',
    },
  },
  { ...common, plugins: [shared], entryPoints: { conversation: 'js/conversation.js', copies: 'js/copies.js' } },
]

// Everything that went into a script, and what is copied besides.
function licences (inputs) {
  const bundled = inputs.map(path => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean)
  const copied = ['lucide-static', '@fontsource-variable/inter', 'tailwindcss', 'emoji-picker-element-data']
  const texts = [...new Set([...bundled, ...copied])].sort().map(name => {
    const folder = `node_modules/${name}`
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry))
    return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  writeFileSync(join(out, 'LICENSES.txt'), texts.join(`\n${'-'.repeat(72)}\n\n`))
}

// Icons that templates name literally, and those of icons.txt, which Python names.
function iconNames () {
  const names = new Set(readFileSync('icons.txt', 'utf8').split('\n').filter(line => line && !line.startsWith('#')))
  for (const file of readdirSync(templates, { recursive: true })) {
    if (!file.endsWith('.html')) continue
    for (const [, name] of readFileSync(join(templates, file), 'utf8').matchAll(/{% i "([a-z0-9-]+)"/g)) names.add(name)
  }
  return [...names].sort()
}

function icons () {
  const symbols = iconNames().map(name => {
    const svg = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, 'utf8')
    const shapes = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '').replace(/\s+/g, ' ').trim()
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>\n`
  })
  writeFileSync(join(out, 'icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('')}</svg>\n`)
}

// Emoji by group, each [emoji, name, other words for it], of Unicode 15 and before.
function emoji () {
  const groups = ['Smileys & emotion', 'People & body', '', 'Animals & nature', 'Food & drink', 'Travel & places', 'Activities', 'Objects', 'Symbols', 'Flags']
  const found = new Map()
  const data = JSON.parse(readFileSync('node_modules/emoji-picker-element-data/en/cldr-native/data.json', 'utf8'))
  for (const { emoji, annotation, group, version, tags = [], shortcodes = [] } of data) {
    if (!groups[group] || version > 15) continue
    const words = [...new Set([...shortcodes, ...tags])].join(' ')
    found.set(groups[group], [...(found.get(groups[group]) ?? []), [emoji, annotation, words]])
  }
  writeFileSync(join(out, 'emoji.json'), JSON.stringify([...found]))
}

// Inter in the weights that css/tokens.css uses. Western Europe's letters come first, the rest only where it is needed.
const western = [[0x20, 0x7e], [0xa0, 0xff]]
const marks = '–—‘’‚“”„†•…‹›€™←↑→↓↵−⌘⇧⌥'
// What css/base.css asks of the font, and what writing needs; each further feature brings glyphs along.
const keepFeatures = ['ccmp', 'kern', 'locl', 'mark', 'mkmk', 'tnum', 'cv05', 'cv11', 'ss03']

async function fonts () {
  const options = { variationAxes: { wght: { min: 400, max: 650 } }, keepFeatures, targetFormat: 'woff2' }
  const inter = subset => readFileSync(`node_modules/@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`)
  const letters = western.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)))
  writeFileSync(join(out, 'inter-latin.woff2'), await subsetFont(inter('latin'), letters.join('') + marks, options))
  cpSync('node_modules/@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2', join(out, 'inter-latin-ext.woff2'))
}

// app.css is what the inbox needs; the rest comes with the pages, or the script, that it belongs to.
const styles = ['app', 'conversation', 'further'].map(name =>
  ['node_modules/@tailwindcss/cli/dist/index.mjs', '-i', `css/${name}.css`, '-o', join(out, `${name}.css`), '--minify'])

if (!watching) rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
icons()
emoji()
await fonts()
if (watching) {
  for (const one of scripts) await (await context(one)).watch()
  for (const one of styles) spawn(process.execPath, [...one, '--watch'], { stdio: 'inherit' })
} else {
  const built = await Promise.all(scripts.map(build))
  // Two of a module would both listen, and know nothing of each other. What is drawn by face.js has no state.
  const [first, later] = built.map(({ metafile }) => Object.values(metafile.outputs).find(({ entryPoint }) => /js\/(app|conversation)\.js$/.test(entryPoint)))
  const twice = Object.keys(later.inputs).filter(path => path in first.inputs && path !== 'js/face.js')
  if (twice.length) throw new Error(`In app.js and in conversation.js: ${twice}. Share it (js/later.js).`)
  licences(built.flatMap(({ metafile }) => Object.keys(metafile.inputs)))
  for (const one of styles) execFileSync(process.execPath, one, { stdio: ['ignore', 'inherit', 'pipe'] })
}
