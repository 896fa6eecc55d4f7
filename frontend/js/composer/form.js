// What the composer's form says, read and written as one value. Works with the plain field alone and with the rich editor.
import { addTile, tilesOf } from './files.js'

const LISTS = ['to', 'cc', 'bcc', 'subject', 'mailbox', 'team']

// In a conversation, or on the page of a new one.
export const form = () => document.querySelector('#composer, #new-message')
export const editorOf = form => form.querySelector('hd-editor.is-rich')
export const textField = form => form.elements.body
export const kindOf = form => form.querySelector('[name=kind]:checked')?.value ?? ''

const isRich = form => Boolean(editorOf(form)) && !form.elements.body_html?.disabled

export function read (form) {
  const value = {
    kind: kindOf(form),
    text: textField(form).value,
    html: isRich(form) ? form.elements.body_html.value : '',
    files: tilesOf(form),
    forwarded: form.elements.forwarded?.value ?? '',
    seenSeq: Number(form.elements.seen_seq?.value ?? 0),
  }
  for (const name of LISTS) value[name] = form.elements[name]?.value ?? ''
  return value
}

export const isBlank = value => !value.text.trim() && !/<img/.test(value.html) && !value.files.length &&
  !(value.kind !== 'reply' && (value.to.trim() || value.subject.trim()))

export const isSame = (one, other) => ['kind', 'text', 'to', 'cc', 'bcc', 'subject', 'mailbox', 'team'].every(name => one[name] === other[name]) &&
  one.files.map(file => file.id).join() === other.files.map(file => file.id).join()

export function setWords (form, text, html) {
  const editor = editorOf(form)
  textField(form).value = text
  form.dataset.draftHtml = html
  if (editor) editor.setContent(html || text)
  grow(form)
}

export function chooseKind (form, kind) {
  const choice = kind && form.querySelector(`[name=kind][value="${kind}"]`)
  if (choice) choice.checked = true
  return Boolean(choice)
}

export function write (form, value) {
  const isThere = !value.kind || chooseKind(form, value.kind)
  // What was meant as a note must not come back as a reply: where its kind is gone, nothing is filled in.
  if (!isThere && value.kind === 'note') return
  for (const name of LISTS) if (form.elements[name] && value[name] !== undefined) form.elements[name].value = value[name]
  if (value.forwarded && form.elements.forwarded) form.elements.forwarded.value = value.forwarded
  if (value.seenSeq && form.elements.seen_seq) form.elements.seen_seq.value = value.seenSeq
  form.querySelector('.uploads').replaceChildren()
  for (const file of value.files) addTile(form, file)
  setWords(form, value.text, value.html)
  form.dispatchEvent(new CustomEvent('hd:filled', { bubbles: true }))
}

export const blank = kind => ({ kind, text: '', html: '', to: '', cc: '', bcc: '', subject: '', mailbox: '', team: '', files: [], forwarded: '', seenSeq: 0 })

export function focusWords (form) {
  const editor = editorOf(form)
  if (editor) return editor.focus()
  const field = textField(form)
  // A field that nobody has been in has its caret before a draft's first letter.
  if (field.selectionEnd === 0) field.setSelectionRange(field.value.length, field.value.length)
  field.focus()
}

const growsByItself = CSS.supports('field-sizing', 'content')

export function grow (form) {
  if (growsByItself) return
  const field = textField(form)
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}

export const csrf = () => JSON.parse(document.body.getAttribute('hx-headers') ?? '{}')['X-CSRFToken'] ?? ''
