// Sending: what was begun is saved first, what comes back to be mended is shown without losing a word, and what was sent
// can be put back as it was, with its kind, recipients, files and caret.
import { refresh } from '../live.js'
import { notify } from '../notices.js'
import { hasInvalid } from './chips.js'
import { settled } from './files.js'
import { blank, editorOf, focusWords, form, isBlank, isSame, read, textField, write } from './form.js'
import { paragraphs } from './draft.js'

const sentValues = new Map() // message id → what it was in the composer
const KEPT_MOST = 20
let draftOf
let pressed // the button that sends
let travelling

const emit = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { detail }))

function caretOf (form) {
  const field = textField(form)
  return editorOf(form) ? null : [field.selectionStart, field.selectionEnd]
}

async function depart (event) {
  event.preventDefault()
  const { elt, issueRequest } = event.detail
  const button = pressed
  if (hasInvalid(elt)) return elt.querySelector('.recipients').classList.remove('is-folded')
  if (!navigator.onLine) return notify('offline')
  const draft = draftOf(elt)
  await Promise.all([draft.pause(), settled(elt)])
  draft.changed()
  await draft.pause()
  pressed = button
  const { kind, ...rest } = read(elt)
  travelling = { form: elt, value: { kind, ...rest }, caret: caretOf(elt) }
  issueRequest(true)
}

function configure (event) {
  const { parameters, elt } = event.detail
  delete parameters.files // they were uploaded before
  for (const name of ['sends_as', 'status', 'force']) delete parameters[name]
  if (pressed?.name && pressed.form === elt) parameters[pressed.name] = pressed.value
  pressed = undefined
}

// Typing may go on while the text travels: only what was sent is cleared.
function clear (current, value) {
  if (!isSame(read(current), value)) return
  const kind = value.kind === 'note' && !current.querySelector('[name=kind][value=reply]') ? 'note' : 'reply'
  write(current, blank(kind))
  current.querySelector('.recipients')?.classList.add('is-folded')
  for (const field of current.querySelectorAll('[type=datetime-local]')) field.value = ''
}

function sent (event) {
  const { conversation_id: id, message_id: messageId, status } = event.detail
  if (travelling) {
    sentValues.set(messageId, travelling)
    if (sentValues.size > KEPT_MOST) sentValues.delete(sentValues.keys().next().value)
    clear(travelling.form, travelling.value)
    draftOf(travelling.form).sent()
    travelling = undefined
  }
  const current = form()
  if (current) current.querySelector('#composer-errors').replaceChildren()
  if (['resolved', 'closed', 'snoozed'].includes(status)) emit('hd:resolved', { conversation_id: id, status })
}

// A first message goes as any form does, once its files are there; the next page tells that it went.
// What is saved from now on would be a draft of what has gone.
function departNew (event) {
  const page = event.target
  if (hasInvalid(page) || !navigator.onLine) {
    event.preventDefault()
    if (!navigator.onLine) notify('offline')
    return
  }
  for (const field of page.querySelectorAll('[name=files]')) field.disabled = true
  const { submitter } = event
  if ('leaves' in page.dataset) return
  event.preventDefault()
  page.dataset.leaves = ''
  Promise.all([draftOf(page).pause(), settled(page)]).then(() => page.requestSubmit(submitter))
}

async function undone (event) {
  const { conversation_id: id, message_id: messageId } = event.detail
  const was = sentValues.get(messageId)
  const current = form()
  if (current?.dataset.conversationId !== id) return
  if (was) {
    const now = read(current)
    write(current, isBlank(now) || isSame(now, was.value) ? was.value : below(was.value, now))
    sentValues.delete(messageId)
  }
  focusWords(current)
  if (was?.caret) textField(current).setSelectionRange(...was.caret)
  await draftOf(current).returned(!was)
}

const below = (value, now) => ({
  ...value,
  text: `${value.text}\n\n${now.text}`,
  html: value.html || now.html ? `${value.html || paragraphs(value.text)}${now.html || paragraphs(now.text)}` : '',
  files: [...value.files, ...now.files],
})

// What others wrote meanwhile is a dialog; without script it stands open in the page.
function showNewer () {
  const dialog = document.querySelector('#composer-errors dialog[open]:not(:modal)')
  if (!dialog) return
  dialog.close()
  dialog.showModal()
}

function look (button) {
  const dialog = button.closest('dialog')
  const current = form()
  dialog.close()
  document.getElementById('composer-errors').replaceChildren()
  refresh(current.dataset.conversationId)
  // From now on these count as seen.
  current.dataset.looks = ''
  const list = document.getElementById('timeline')
  list?.focus()
  if (list) list.scrollTop = list.scrollHeight
}

function seen () {
  const current = form()
  if (current && 'looks' in current.dataset) {
    delete current.dataset.looks
    current.elements.seen_seq.value = document.getElementById('composer-now').dataset.seenSeq
  }
}

export function watchSending (findDraft) {
  draftOf = findDraft
  document.addEventListener('submit', event => {
    if (event.target !== form()) return
    event.target.id === 'composer' ? pressed = event.submitter : departNew(event)
  }, { capture: true })
  document.addEventListener('htmx:confirm', event => { if (event.detail.elt === form()) depart(event) })
  document.addEventListener('htmx:configRequest', event => { if (event.detail.elt === form()) configure(event) })
  document.addEventListener('htmx:beforeSwap', event => {
    const { xhr, requestConfig } = event.detail
    if (requestConfig.elt !== form() || ![409, 413].includes(xhr.status)) return
    event.detail.shouldSwap = true
    event.detail.isError = false
  })
  document.addEventListener('htmx:afterRequest', event => {
    if (event.detail.elt !== travelling?.form) return
    if (!event.detail.successful || event.detail.xhr.status >= 400) {
      draftOf(travelling.form).resume()
      travelling = undefined
    }
  })
  document.addEventListener('hd:sent', sent)
  document.addEventListener('hd:undone', undone)
  document.addEventListener('htmx:afterSettle', () => { showNewer(); seen() })
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-look]')
    if (button) look(button)
  })
}

