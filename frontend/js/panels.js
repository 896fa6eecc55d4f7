// Panels: the sidebar and the details fold, list and details are resized, sections of the details fold. The cookie
// `layout` remembers it as class names of the shell, so that the server's first paint is right.
import { afterPaint } from './after-paint.js'

const LEAST_PX = 280
const MOST_PX = 420
const STEP_PX = 4
const KEY_STEP_PX = 16
const A_YEAR_S = 31_536_000

const trigger = (element, type) => element.dispatchEvent(new CustomEvent(type))
const shell = () => document.querySelector('.app')
const details = () => document.getElementById('conversation-details')
// Narrower than this a panel is a drawer, which the browser opens by itself (popovertarget).
const folds = {
  sidebar: { word: 'side-off', roomFor: matchMedia('(min-width: 1024px)') },
  details: { word: 'details-off', roomFor: matchMedia('(min-width: 1280px)') },
}
const isFolded = {}
const resized = { list: () => document.getElementById('conversation-list'), details }

function remember (change) {
  const words = new Set(document.cookie.match(/(?:^|; )layout=([^;]*)/)?.[1].split('.').filter(Boolean))
  change(words)
  const secure = location.protocol === 'https:' ? '; secure' : ''
  document.cookie = `layout=${[...words].join('.')}; path=/; max-age=${A_YEAR_S}; samesite=lax${secure}`
}

const keep = (word, isOn) => remember(words => isOn ? words.add(word) : words.delete(word))

function fold (name) {
  const { word } = folds[name]
  const hadFocus = name === 'details' && details()?.contains(document.activeElement)
  keep(word, shell().classList.toggle(word))
  if (hadFocus) document.querySelector('.show-details')?.focus()
}

function show (separator) {
  const pane = resized[separator.dataset.resizes]()
  separator.hidden = !pane
  if (pane) separator.ariaValueNow = Math.round(pane.getBoundingClientRect().width)
}

function resize (separator, wanted) {
  const panel = separator.dataset.resizes
  const px = Math.min(MOST_PX, Math.max(LEAST_PX, Math.round(wanted / STEP_PX) * STEP_PX))
  if (px === Number(separator.ariaValueNow)) return
  const isOther = word => word.startsWith(`${panel}-w-`)
  shell().classList.remove(...[...shell().classList].filter(isOther))
  shell().classList.add(`${panel}-w-${px}`)
  remember(words => {
    for (const word of [...words].filter(isOther)) words.delete(word)
    words.add(`${panel}-w-${px}`)
  })
  show(separator)
}

function dragged (event) {
  const separator = event.target
  const box = resized[separator.dataset.resizes]().getBoundingClientRect()
  resize(separator, separator.dataset.resizes === 'list' ? event.clientX - box.left : box.right - event.clientX)
}

function stepped (event) {
  const separator = event.target
  const outwards = separator.dataset.resizes === 'list' ? 1 : -1
  const now = Number(separator.ariaValueNow)
  const wanted = {
    ArrowLeft: now - KEY_STEP_PX * outwards,
    ArrowRight: now + KEY_STEP_PX * outwards,
    Home: LEAST_PX,
    End: MOST_PX,
  }[event.key]
  if (wanted === undefined) return
  event.preventDefault()
  resize(separator, wanted)
}

document.addEventListener('click', event => {
  const name = event.target.closest('[data-command=sidebar], [data-command=details]')?.dataset.command
  if (!name || !folds[name].roomFor.matches) return
  event.preventDefault() // the popover
  fold(name)
})
document.addEventListener('pointerdown', event => {
  if (!event.target.matches('.resizer') || event.button) return
  event.target.setPointerCapture(event.pointerId)
  event.target.addEventListener('pointermove', dragged)
})
document.addEventListener('lostpointercapture', event => event.target.removeEventListener('pointermove', dragged))
document.addEventListener('keydown', event => { if (event.target.matches('.resizer')) stepped(event) }, { capture: true })
document.addEventListener('toggle', event => {
  const { section, opensSlot } = event.target.dataset
  // Sections that come open with a conversation tell so, too: the cookie is asked only about what is new.
  if (section && isFolded[section] !== !event.target.open) keep(`fold-${section}`, isFolded[section] = !event.target.open)
  if (opensSlot !== undefined && event.target.open) trigger(event.target.querySelector('.slot'), 'hd:open')
}, { capture: true })
document.body.addEventListener('hd:conversation', () => {
  for (const slot of document.querySelectorAll('[data-opens-slot][open] .slot')) trigger(slot, 'hd:open')
})
// A panel of another app that can't be loaded says so in its own place, and disturbs nothing else.
for (const type of ['htmx:responseError', 'htmx:sendError']) {
  document.addEventListener(type, event => {
    if (!event.target.matches('.slot')) return
    event.stopPropagation()
    event.target.dataset.failed = ''
  }, { capture: true })
}
document.addEventListener('htmx:beforeRequest', event => { if (event.target.matches('.slot')) delete event.target.dataset.failed })
document.addEventListener('click', event => {
  const retry = event.target.closest('[data-retries]')
  if (retry) trigger(retry.closest('.slot'), retry.dataset.retries)
})
// A drawer that has room again becomes the panel it was.
folds.details.roomFor.addEventListener('change', () => { if (details()?.matches(':popover-open')) details().hidePopover() })

const showAll = () => afterPaint(() => document.querySelectorAll('.resizer').forEach(show))
document.addEventListener('htmx:afterSettle', showAll)
showAll()

// What was refused in a field is said until the field is saved again, whatever else comes in.
document.addEventListener('hd:beforemorph', event => {
  const fields = event.target.querySelector('#conversation-fields:has(#field-fault)')
  if (fields && event.target !== fields) event.detail.fragment.querySelector('#conversation-fields')?.replaceWith(fields.cloneNode(true))
})
