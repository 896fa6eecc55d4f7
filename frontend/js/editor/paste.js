// What other programs put on the clipboard, cut down to what a mail says: words, links, lists and emphasis.
import { webAddress } from './http.js'

const TAG = /<[a-z][^>]*>/gi
const DROPPED = 'style, script, title, meta, link, xml, head, template, object, iframe, svg, form > input, [data-mso-ignore]'
const MARKS = [
  ['strong', /font-weight:\s*(?:bold|[6-9]00)/],
  ['em', /font-style:\s*italic/],
  ['u', /text-decoration[a-z-]*:[^;]*underline/],
  ['s', /text-decoration[a-z-]*:[^;]*line-through/],
]
const NUMBERED = /^\s*(?:\d+|[a-z]|[ivx]+)[.)]/i

// Before anything parses it: the content policy would note each style and handler that it refuses.
function disarm (html) {
  return html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<!\[[^>]*\]>/g, '')
    .replace(/<(style|script|xml|title)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(TAG, tag => tag.replace(/\sstyle\s*=/gi, ' data-style=').replace(/\son[a-z]+\s*=/gi, ' data-dropped='))
}

const styleOf = element => (element.dataset?.style ?? '').toLowerCase()

function replace (element, name) {
  const other = element.ownerDocument.createElement(name)
  other.append(...element.childNodes)
  element.replaceWith(other)
  return other
}

const unwrap = element => element.replaceWith(...element.childNodes)

// Word writes each item of a list as a paragraph of its own, with its level in the style and its sign in the text.
function wordItem (paragraph) {
  const level = Number(styleOf(paragraph).match(/mso-list:[^;]*level(\d+)/)?.[1] ?? 0)
  if (!level) return null
  const sign = [...paragraph.querySelectorAll('[data-style]')].find(part => /mso-list:\s*ignore/.test(styleOf(part)))
  const isNumbered = NUMBERED.test(sign?.textContent ?? '')
  sign?.remove()
  return { level, name: isNumbered ? 'ol' : 'ul' }
}

function wordLists (body) {
  let open = []
  let last
  for (const paragraph of [...body.querySelectorAll('p, h1, h2, h3, h4, h5, h6')]) {
    const item = wordItem(paragraph)
    if (!item) continue
    if (last !== paragraph.previousElementSibling) open = []
    open = open.slice(0, item.level)
    const parent = open.at(-1)
    if (open.length < item.level || parent.localName !== item.name) {
      if (open.length === item.level) open.pop()
      const list = body.ownerDocument.createElement(item.name)
      const outer = open.at(-1)?.lastElementChild
      outer ? outer.append(list) : paragraph.before(list)
      open.push(list)
    }
    const entry = body.ownerDocument.createElement('li')
    entry.append(...paragraph.childNodes)
    open.at(-1).append(entry)
    paragraph.remove()
    last = open[0]
  }
}

function marks (body) {
  for (const span of body.querySelectorAll('span[data-style], font[data-style]')) {
    for (const [name, pattern] of MARKS) {
      if (!pattern.test(styleOf(span))) continue
      const mark = body.ownerDocument.createElement(name)
      mark.append(...span.childNodes)
      span.append(mark)
    }
  }
  // Google Docs wraps all it copies in a <b> that is not bold.
  for (const element of body.querySelectorAll('b, strong')) {
    if (/font-weight:\s*(?:normal|400)/.test(styleOf(element))) unwrap(element)
  }
}

// What begins with "/" may lead elsewhere in more ways than "//".
const isOurs = source => source.startsWith('/') && webAddress(source).startsWith(`${location.origin}/`)

function images (body) {
  for (const image of body.querySelectorAll('img')) {
    if (!isOurs(image.getAttribute('src') ?? '')) image.remove()
  }
}

const isOwn = element => element.matches('span[data-mention], img[data-id]')
const KEPT = ['href', 'start', 'data-mention', 'data-label', 'data-id', 'src', 'alt', 'data-pm-slice']

function attributes (body) {
  for (const element of body.querySelectorAll('*')) {
    for (const { name } of [...element.attributes]) if (!KEPT.includes(name)) element.removeAttribute(name)
    if (element.localName.includes(':') || element.matches('span:not([data-mention]), font, center')) {
      if (!isOwn(element) && !element.hasAttribute('data-pm-slice')) unwrap(element)
    }
  }
}

function headings (body) {
  for (const heading of body.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const strong = replace(replace(heading, 'p'), 'p')
    const mark = body.ownerDocument.createElement('strong')
    mark.append(...strong.childNodes)
    strong.append(mark)
  }
}

function tables (body) {
  for (const row of body.querySelectorAll('tr')) {
    const cells = [...row.children]
    if (cells.length < 2 || cells.some(cell => cell.querySelector('p, div, table, ul, ol'))) continue
    const line = body.ownerDocument.createElement('p')
    cells.forEach((cell, place) => line.append(...(place ? [' | '] : []), ...cell.childNodes))
    row.replaceChildren(line)
  }
}

export function cleaned (html) {
  const { body } = new DOMParser().parseFromString(disarm(html), 'text/html')
  body.querySelectorAll(DROPPED).forEach(element => element.remove())
  for (const element of body.querySelectorAll('[data-style]')) {
    if (/display:\s*none|mso-hide:\s*all/.test(styleOf(element))) element.remove()
  }
  wordLists(body)
  marks(body)
  images(body)
  tables(body)
  headings(body)
  attributes(body)
  return body.innerHTML
}
