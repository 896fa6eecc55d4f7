// What opens at a message: its menu, who got it, its pictures; and the thread's subject, edited where it stands.
import { run } from './commands.js'
import { notify } from './notices.js'

const EDGE_PX = 8

const menu = () => document.getElementById('message-menu')
const lightbox = () => document.getElementById('lightbox')
let opener

// The popover is fixed, so that the thread does not cut it off.
function place () {
  const box = opener.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = menu()
  const below = box.bottom + 4 + height < innerHeight - EDGE_PX
  menu().style.left = `${Math.max(EDGE_PX, Math.min(box.right - width, innerWidth - width - EDGE_PX))}px`
  menu().style.top = `${Math.max(EDGE_PX, below ? box.bottom + 4 : box.top - height - 4)}px`
}

function peek () {
  menu().showPopover()
  place()
  menu().querySelector('a, button')?.focus()
}

// Pictures of one message, one after the other.
let shown = []
let position = 0

function show (at) {
  position = (at + shown.length) % shown.length
  const file = shown[position]
  const [image, name, count, link] = ['img', 'b', '.num', 'a'].map(selector => lightbox().querySelector(selector))
  image.src = link.href = file.href
  image.alt = name.textContent = link.download = file.download
  count.textContent = shown.length > 1 ? `${position + 1} / ${shown.length}` : ''
  for (const button of lightbox().querySelectorAll('[data-step]')) button.hidden = shown.length < 2
}

function openPicture (file) {
  shown = [...file.closest('.files').querySelectorAll('[data-picture]')]
  show(shown.indexOf(file))
  lightbox().showModal()
}

const step = by => { if (shown.length > 1) show(position + by) }

// The subject turns into a field; Esc and leaving it turn it back.
function editSubject (title) {
  const form = title.querySelector('form')
  const field = form.elements.subject
  title.dataset.editing = ''
  form.dataset.morphKeep = ''
  field.value = field.defaultValue
  field.select()
}

function endSubject (title) {
  delete title.dataset.editing
  delete title.querySelector('form').dataset.morphKeep
}

const bodyOf = id => document.querySelector(`#message-${id} .body`)
const fill = detail => document.dispatchEvent(new CustomEvent('hd:fill', { detail }))

// What did not leave is written anew, to the same people.
function again ({ dataset: { again: id, to, cc, bcc } }) {
  fill({ kind: to ? 'forward' : 'reply', html: bodyOf(id).innerHTML, text: bodyOf(id).innerText.trim(), to, cc, bcc })
}

// What is answered stands above the answer.
function quote ({ dataset: { reply: id } }) {
  const text = bodyOf(id)?.innerText.trim()
  if (!text) return run('reply')
  const lines = text.split('\n').map(line => `> ${line}`.trimEnd()).join('\n')
  fill({ kind: 'reply', html: `<blockquote>${bodyOf(id).innerHTML}</blockquote><p></p>`, text: `${lines}\n\n` })
}

function copy (link) {
  navigator.clipboard?.writeText(link.href)
  notify('copied')
}

const onClick = {
  '[data-picture]': openPicture,
  '#lightbox [data-step]': button => step(Number(button.dataset.step)),
  '[data-copies]': copy,
  '[data-print]': () => print(),
  '[data-edit-subject]': button => editSubject(button.closest('.thread-title')),
  '[data-again]': again,
  '[data-reply]': quote,
}
const KEEPS_DEFAULT = ['[data-edit-subject]', '[data-again]', '[data-reply]']

document.addEventListener('click', event => {
  if (event.metaKey || event.ctrlKey) return
  const peeked = event.target.closest('[data-peek]')
  if (peeked) opener = peeked
  for (const [selector, act] of Object.entries(onClick)) {
    const element = event.target.closest(selector)
    if (!element) continue
    if (!KEEPS_DEFAULT.includes(selector)) event.preventDefault()
    act(element)
  }
  if (event.target === lightbox()) lightbox().close()
  // Later: htmx forgets which button was pressed once the focus leaves it.
  if (event.target.closest('#message-menu :is(a, button)')) setTimeout(() => menu()?.hidePopover())
})
document.addEventListener('keydown', event => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  if (by && lightbox()?.open) step(by)
  const title = event.key === 'Escape' && event.target.closest?.('.thread-title[data-editing]')
  if (!title) return
  event.stopPropagation()
  endSubject(title)
  title.querySelector('[data-edit-subject]').focus()
}, { capture: true })
document.addEventListener('focusout', event => {
  const title = event.target.closest?.('.thread-title[data-editing]')
  if (!title || title.contains(event.relatedTarget)) return
  const { form } = event.target
  if (event.target.value.trim() !== event.target.defaultValue) form.requestSubmit()
  endSubject(title)
})
document.addEventListener('submit', event => {
  if (event.target.id === 'subject-form') endSubject(event.target.closest('.thread-title'))
})
// A form for editing has the caret in it; what took its place has the focus where the menu was opened.
document.addEventListener('htmx:afterSettle', event => {
  const { target } = event.detail
  if (target.id === 'message-menu') return peek()
  if (!/^message-/.test(target.id)) return
  const message = document.getElementById(target.id)?.closest('.msg')
  const field = message?.querySelector('.msg-edit textarea')
  field ? field.focus() : message?.querySelector('.msg-more')?.focus({ preventScroll: true })
})
document.addEventListener('htmx:afterSwap', event => { if (opener && event.target.closest?.('#message-menu') && menu().matches(':popover-open')) place() })
// Merged: the dialog is done, and the thread that it went into has the focus.
document.addEventListener('htmx:beforeSwap', event => {
  const dialog = event.detail.requestConfig.elt.id === 'merge-candidates' && event.detail.xhr.status < 300 && document.getElementById('merge')
  dialog?.close?.()
})
