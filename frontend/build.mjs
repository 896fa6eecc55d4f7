// Writes ../static/dist from the sources here. Same input, same bytes: the result is committed.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, context } from 'esbuild'

const out = '../static/dist'
const templates = '../templates'
const watching = process.argv.includes('--watch')

const scripts = {
  entryPoints: { app: 'js/app.js', 'api-docs': 'js/api-docs.js' },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  legalComments: 'none', // the licences are in LICENSES.txt
  charset: 'utf8',
  logLevel: 'warning',
}

function licences () {
  const bundled = ['htmx.org', 'idiomorph', 'lucide-static', '@fontsource-variable/inter', 'tailwindcss']
  const texts = bundled.map(name => {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'))
    return `${name} ${version}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim()}\n`
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

function fonts () {
  for (const subset of ['latin', 'latin-ext']) {
    cpSync(`node_modules/@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`, join(out, `inter-${subset}.woff2`))
  }
}

const tailwind = ['node_modules/@tailwindcss/cli/dist/index.mjs', '-i', 'css/app.css', '-o', join(out, 'app.css'), '--minify']

if (!watching) rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
licences()
icons()
fonts()
if (watching) {
  await (await context(scripts)).watch()
  spawn(process.execPath, [...tailwind, '--watch'], { stdio: 'inherit' })
} else {
  await build(scripts)
  execFileSync(process.execPath, tailwind, { stdio: ['ignore', 'inherit', 'pipe'] })
}
