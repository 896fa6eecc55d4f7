// Picked rows: by x, by their checkboxes, from one to another with Shift; or every conversation that the list has.
import { register } from './commands.js'
import { currentRow, focusRow, idOf, list, moveBy, rows } from './list.js'

const picked = new Set()
let from // where a range begins
let whole = false
let shownList

const bar = () => document.getElementById('bulk')

export const pickedIds = () => [...picked]
export const isWhole = () => whole

function pick (row, isPicked = true) {
  if (!row) return
  isPicked ? picked.add(idOf(row)) : picked.delete(idOf(row))
  from = idOf(row)
}

function pickRange (row, isPicked) {
  const all = rows()
  const start = all.findIndex(one => idOf(one) === from)
  const end = all.indexOf(row)
  const range = start < 0 ? [row] : all.slice(Math.min(start, end), Math.max(start, end) + 1)
  for (const one of range) isPicked ? picked.add(idOf(one)) : picked.delete(idOf(one))
  from = idOf(row)
}

export function clearPicked () {
  if (!picked.size) return false
  const hadFocus = bar()?.contains(document.activeElement)
  const last = document.getElementById(`row-${from}`)
  picked.clear()
  whole = false
  draw()
  if (hadFocus) focusRow(last ?? rows()[0])
}

const hasMore = () => document.getElementById('more-rows') !== null

function draw () {
  const all = rows()
  for (const row of all) {
    const isPicked = picked.has(idOf(row))
    row.toggleAttribute('data-picked', isPicked)
    row.querySelector('.pick').checked = isPicked
  }
  list()?.toggleAttribute('data-picking', picked.size > 0)
  if (!bar()) return
  bar().hidden = !picked.size
  const count = bar().querySelector('[data-text]')
  const text = whole ? count.dataset.whole : count.dataset.text.replace('{count}', picked.size)
  if (picked.size && count.textContent !== text) count.textContent = text
  bar().querySelector('[data-pick-whole]').hidden = whole || !hasMore() || all.some(row => !picked.has(idOf(row)))
}

// Another list begins without picks; what has gone from this one is not picked any more.
function settle () {
  const url = list()?.getAttribute('hx-get')
  if (url !== shownList) picked.clear()
  shownList = url
  const shown = new Set(rows().map(idOf))
  for (const id of picked) if (!shown.has(id)) picked.delete(id)
  if (!picked.size) whole = false
  draw()
}

function change (act) {
  whole = false
  act()
  draw()
}

function extend (step) {
  const row = currentRow()
  change(() => {
    pick(row)
    pick(moveBy(step))
  })
}

const hasRows = () => rows().length > 0

register('pick', () => {
  const row = currentRow()
  if (!row) return false
  change(() => pick(row, !picked.has(idOf(row))))
}, hasRows)
register('pick-next', () => { extend(1) }, hasRows)
register('pick-previous', () => { extend(-1) }, hasRows)
register('pick-all', () => {
  if (!rows().length || list().checkVisibility() === false) return false
  change(() => rows().forEach(row => pick(row)))
}, hasRows)

document.addEventListener('click', event => {
  const box = event.target.closest('.row > .pick')
  if (box) change(() => event.shiftKey ? pickRange(box.closest('.row'), box.checked) : pick(box.closest('.row'), box.checked))
  if (event.target.closest('[data-pick-none]')) clearPicked()
  if (!event.target.closest('[data-pick-whole]')) return
  whole = true
  draw()
  bar().querySelector('button:not([hidden])').focus()
})
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || event.defaultPrevented || event.target.matches('textarea, [contenteditable=true]')) return
  if (document.querySelector('dialog[open], [popover]:popover-open, details.menu[open]') || clearPicked() === false) return
  event.preventDefault()
}, { capture: true })
document.addEventListener('hd:rows', settle)
settle()
