// The conversation list: which row is open, which view is current, which row has an unsent text and who is where is
// known here, not by the server, so each answer is marked after it is swapped in. A live answer never moves what is
// being read: while the list is scrolled, rows that are new or moved up wait behind the button "3 new".
import { register } from './commands.js'
import { face } from './face.js'
import { refresh } from './live.js'
import { hasDraft } from './unsent.js'

const FIRST_PAGE = 50
const ROWS_MOST = 200 // in one answer
const SCROLLED_PX = 40
const AHEAD_PX = 800 // the next page is asked for this early
const SLOW_MS = 300
const FACES_MOST = 3

export const list = () => document.getElementById('conversation-list')
export const rows = () => [...document.querySelectorAll('#conversation-list .row')]
export const idOf = row => row.dataset.conversationId
export const openId = () => document.getElementById('conversation')?.dataset.conversationId
const scroller = () => list()?.querySelector('.rows')
const pill = () => document.getElementById('new-above')
const moreRows = () => document.getElementById('more-rows')

// Rows whose conversation leaves this list as soon as the server has heard of it.
export const leaving = new Set()

const present = new Map() // conversation → agents

function setCurrent (link, value) {
  value ? link.setAttribute('aria-current', value) : link.removeAttribute('aria-current')
}

const template = id => document.getElementById(id)?.content.firstElementChild.cloneNode(true)

function drawPresence (row) {
  const agents = (present.get(idOf(row)) ?? []).filter(agent => agent.id !== document.body.dataset.user && agent.state !== 'idle')
  const writer = agents.find(agent => agent.state === 'typing')
  const place = row.querySelector('[data-here]')
  const shown = agents.map(agent => agent.id).join()
  if (place && place.dataset.shown !== shown) {
    place.dataset.shown = shown
    place.replaceChildren(...agents.slice(0, FACES_MOST).map(agent => face(agent, 18)))
  }
  row.querySelector('.typing')?.remove()
  const line = template('row-typing')
  if (!writer || !line) return
  line.firstElementChild.textContent = line.dataset.text.replace('{name}', writer.name.split(' ')[0])
  row.querySelector('.l3').prepend(line)
}

function markRow (row, open) {
  const isOpen = idOf(row) === open
  row.toggleAttribute('data-open', isOpen)
  row.toggleAttribute('data-leaving', leaving.has(idOf(row)))
  setCurrent(row.querySelector('a'), isOpen && 'true')
  if (isOpen) row.classList.remove('unread')
  if (hasDraft(idOf(row))) row.querySelector('.draft').hidden = false
  drawPresence(row)
}

// Rows may have moved between two pages while the second was fetched.
function dropRepeats () {
  const seen = new Set()
  for (const row of rows()) seen.has(row.id) ? row.remove() : seen.add(row.id)
}

// What is open names the page, else the list does.
function entitle () {
  const name = !openId() && list()?.querySelector('h2')
  if (name) document.title = `${name.textContent} · ${document.title.split(' · ').at(-1)}`
}

function mark () {
  dropRepeats()
  entitle()
  for (const row of rows()) markRow(row, openId())
  const view = list()?.dataset.view || new URLSearchParams(location.search).get('view')
  if (view) for (const link of document.querySelectorAll('[data-view-key]')) setCurrent(link, link.dataset.viewKey === view && 'page')
  document.dispatchEvent(new Event('hd:rows'))
}

// The answer to a refresh, in the order in which it is to be shown.
const isScrolled = () => scroller()?.scrollTop > SCROLLED_PX
let anchor
let refocus

function keepPlace (known) {
  const box = scroller()
  const top = box.getBoundingClientRect().top
  const row = isScrolled() && rows().find(one => known.has(one.id) && one.getBoundingClientRect().bottom > top)
  anchor = row ? { row, top: row.getBoundingClientRect().top } : undefined
  const focused = document.activeElement.closest?.('#conversation-list .row')
  refocus = focused && !known.has(focused.id) ? rows().slice(rows().indexOf(focused)).find(row => known.has(row.id)) : undefined
}

// What was loaded beyond the answer's end stays: the answer says nothing about it.
function keepTail (box, known) {
  const shown = rows()
  const more = box.querySelector('#more-rows')
  const last = box.querySelector('.row:nth-last-child(1 of .row)')
  const at = shown.findIndex(row => row.id === last?.id)
  if (!more || at < 0) return
  const tail = shown.slice(at + 1).filter(row => !known.has(row.id))
  if (!tail.length) return
  for (const row of tail) more.before(row.cloneNode(true))
  moreRows() ? more.replaceWith(moreRows().cloneNode(true)) : more.remove()
}

// Rows keep their order, new ones are left out; how many wait is told.
function hold (box, known) {
  const order = [...known.keys()]
  const shown = rows().filter(row => known.has(row.id))
  const last = Math.max(-1, ...shown.map(row => order.indexOf(row.id)))
  let waiting = 0
  let furthest = -1
  for (const [index, id] of order.entries()) {
    if (index > last || document.getElementById(id)) continue
    known.get(id).remove()
    waiting++
  }
  const before = box.querySelector('.row:first-child')
  const place = document.createComment('')
  before ? before.before(place) : box.prepend(place)
  for (const row of shown) {
    const index = order.indexOf(row.id)
    if (index < furthest) waiting++
    furthest = Math.max(furthest, index)
    place.before(known.get(row.id))
  }
  place.remove()
  return waiting
}

function showWaiting (count) {
  if (!pill()) return
  pill().hidden = !count
  if (count) pill().lastElementChild.textContent = pill().dataset.text.replace('{count}', count)
}

document.addEventListener('hd:beforemorph', event => {
  if (event.target !== list()) return
  const box = event.detail.fragment.querySelector('.rows')
  const known = new Map([...box.querySelectorAll('.row')].map(row => [row.id, row]))
  keepTail(box, known)
  showWaiting(isScrolled() ? hold(box, known) : 0)
  keepPlace(known)
})
document.addEventListener('hd:aftermorph', event => {
  if (event.target !== list()) return
  if (anchor?.row.isConnected) scroller().scrollTop += anchor.row.getBoundingClientRect().top - anchor.top
  if (refocus?.isConnected && document.activeElement === document.body) refocus.querySelector('a').focus({ preventScroll: true })
})

export function showNew () {
  if (!pill() || pill().hidden) return false
  scroller().scrollTop = 0
  showWaiting(0)
  document.body.dispatchEvent(new CustomEvent('hd:inbox'))
}

// Old rows stay, dimmed, while another view loads, and after a while its shape; live refreshes are silent.
let slow

function setLoading (event, isLoading) {
  const { elt, target } = event.detail
  if (!target || target !== list() || elt === target) return
  clearTimeout(slow)
  isLoading ? target.setAttribute('data-loading', '') : target.removeAttribute('data-loading')
  target.querySelector('.skeleton')?.remove()
  if (isLoading) slow = setTimeout(() => showSkeleton(target), SLOW_MS)
}

function showSkeleton (target) {
  const skeleton = template('list-skeleton')
  if (!skeleton) return
  target.setAttribute('data-loading', 'slow')
  target.querySelector('.rows').before(skeleton)
}

// The next page is there before its place is reached.
let watcher
let watchedLink

function watchEnd () {
  const link = moreRows()?.querySelector('a')
  if (link === watchedLink) return
  watcher?.disconnect()
  watchedLink = link
  if (!link) return
  watcher = new IntersectionObserver(entries => { if (entries.at(-1).isIntersecting) link.click() }, { root: scroller(), rootMargin: `0px 0px ${AHEAD_PX}px` })
  watcher.observe(link)
}

export function focusRow (row) {
  row?.querySelector('a').focus({ preventScroll: true })
  row?.scrollIntoView({ block: 'nearest' })
}

// The row that keys are about: the focused one, else the open one.
export function currentRow () {
  return document.activeElement.closest?.('#conversation-list .row') ?? rows().find(row => row.hasAttribute('data-open'))
}

export function moveBy (step) {
  const all = rows()
  const from = all.indexOf(currentRow())
  const row = all[Math.min(all.length - 1, Math.max(0, from + step))]
  focusRow(row)
  return row
}

const hasRows = () => rows().length > 0

register('next', () => { moveBy(1) }, hasRows)
register('previous', () => { moveBy(-1) }, hasRows)
register('open', () => document.activeElement.closest('.row > a')?.click() ?? false, hasRows)
document.addEventListener('htmx:afterSettle', () => {
  mark()
  watchEnd()
})
document.addEventListener('htmx:configRequest', event => {
  // A refresh asks for as many rows as are shown, or the ones loaded later would vanish.
  if (event.detail.elt === list()) event.detail.parameters.rows = Math.min(ROWS_MOST, Math.max(rows().length, FIRST_PAGE))
})
document.addEventListener('htmx:beforeRequest', event => setLoading(event, true))
document.addEventListener('htmx:afterRequest', event => {
  setLoading(event, false)
  if (event.detail.requestConfig.verb === 'post' && event.detail.successful) refresh()
})
document.addEventListener('click', event => { if (event.target.closest('#new-above')) showNew() })
document.addEventListener('scroll', event => {
  if (event.target === scroller() && !isScrolled()) showNew()
}, { capture: true, passive: true })
document.body.addEventListener('hd:presence', event => {
  const { conversation_id: id, data } = event.detail
  data.agents?.length ? present.set(id, data.agents) : present.delete(id)
  const row = document.getElementById(`row-${id}`)
  if (row) drawPresence(row)
})
document.body.addEventListener('hd:live', () => {
  present.clear()
  for (const row of rows()) drawPresence(row)
})
mark()
watchEnd()
