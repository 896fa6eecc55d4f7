// <hd-editor>: a rich text field over a form's textarea. Without it the textarea is the field; with it the textarea
// follows as plain text, `body_html` as HTML and `mentions` as ids, and each change is an `input` of the textarea.
// For others: setContent, getHTML, isEmpty, focus, clear, insertText, insertImage. Files dropped or pasted: `hd:files`.
import { Editor, Extension } from '@tiptap/core'
import FileHandler from '@tiptap/extension-file-handler'
import Image from '@tiptap/extension-image'
import { Placeholder } from '@tiptap/extensions'
import StarterKit from '@tiptap/starter-kit'
import { afterPaint } from '../after-paint.js'
import { autocomplete } from './autocomplete.js'
import { incoming, outgoing, paragraphs } from './body.js'
import { Draft } from './draft.js'
import { emojiNames } from './emoji.js'
import { insertMacro, macros } from './macros.js'
import { mentions, resolveMentions } from './mention.js'
import { cleaned } from './paste.js'
import { Tools } from './tools.js'

// The form, or the page, takes these: send, and send and resolve.
const isSend = event => event.key === 'Enter' && (event.metaKey || event.ctrlKey)

const Picture = Image.extend({
  addAttributes () {
    const id = { default: null, parseHTML: image => image.dataset.id ?? null, renderHTML: ({ id }) => id ? { 'data-id': id } : {} }
    return { src: { default: null }, alt: { default: null }, id }
  },
})

const Breaks = Extension.create({
  name: 'breaks',
  addKeyboardShortcuts: () => ({ 'Shift-Enter': ({ editor }) => editor.commands.setHardBreak() }),
})

class RichEditor extends HTMLElement {
  connectedCallback () {
    if (this.editor) return // moved by a morph
    this.field = this.querySelector('textarea')
    this.form = this.field.form
    if (document.activeElement === this.field) return this.begin()
    this.field.addEventListener('focus', () => this.begin(), { once: true })
    afterPaint(() => { if (this.isConnected) this.begin() })
  }

  // Until now the textarea is the field: a conversation is on the screen before its editor is.
  begin () {
    if (this.editor) return
    this.html = this.carrier('body_html')
    this.ids = this.querySelector('[data-part=mentions]') ?? this.appendChild(Object.assign(document.createElement('span'), { hidden: true }))
    const wasFocused = document.activeElement === this.field
    const caret = this.field.selectionEnd
    this.make()
    this.takeOver()
    const { commands, state } = this.editor
    const end = state.doc.content.size
    // Each line before the caret is a paragraph, whose two ends count where the text has one sign.
    const lines = this.field.value.slice(0, caret).split('\n').length
    const isWithin = wasFocused && caret < this.field.value.length
    commands.setTextSelection(isWithin ? Math.min(caret + lines, end) : end)
    if (wasFocused) this.focus()
  }

  // An input of the form that carries what the textarea cannot; made where the page brings none.
  carrier (name) {
    const found = this.form?.elements[name]
    if (found) {
      found.disabled = false
      return found
    }
    const input = Object.assign(document.createElement('input'), { type: 'hidden', name })
    this.append(input)
    return input
  }

  make () {
    const host = Object.assign(document.createElement('div'), { className: 'editor-text scroll' })
    this.field.after(host)
    const label = this.field.getAttribute('aria-label') ?? ''
    this.editor = new Editor({
      element: host,
      injectCSS: false,
      extensions: [
        StarterKit.configure({
          heading: false,
          hardBreak: { keepMarks: true },
          link: { openOnClick: false, defaultProtocol: 'https', protocols: ['mailto'], HTMLAttributes: { target: null, rel: null, class: null } },
          dropcursor: { class: 'editor-drop', color: false },
        }),
        Breaks,
        Picture.configure({ inline: true }),
        Placeholder.configure({ placeholder: () => this.placeholder }),
        FileHandler.configure({ onPaste: (_editor, files) => this.files(files), onDrop: (_editor, files) => this.files(files) }),
        mentions(this),
        emojiNames(this),
        macros(this),
        autocomplete(this),
      ],
      editorProps: {
        attributes: {
          role: 'textbox',
          class: 'editor-body',
          'aria-multiline': 'true',
          'aria-autocomplete': 'list',
          'aria-label': label,
          ...(this.field.getAttribute('aria-describedby') && { 'aria-describedby': this.field.getAttribute('aria-describedby') }),
        },
        transformPastedHTML: cleaned,
        handleDOMEvents: { keydown: (_view, event) => isSend(event) },
      },
      content: this.read(this.field.value === this.field.defaultValue ? this.html.value : '', this.field.value),
      onUpdate: () => this.sync(),
    })
    resolveMentions(this.editor, this.dataset.mentionsUrl)
  }

  // The textarea stays as the form's field, out of sight; whoever focuses it means the editor.
  takeOver () {
    this.field.classList.add('editor-field')
    this.field.tabIndex = -1
    this.field.ariaHidden = 'true'
    this.field.addEventListener('focus', () => this.focus())
    this.field.addEventListener('input', () => {
      if (this.isSyncing || this.field.value === this.plain) return
      this.editor.commands.setContent(this.read('', this.field.value), { emitUpdate: false })
      this.follow()
    })
    this.whenForm = event => this.formChanged(event)
    for (const name of ['change', 'reset']) this.form?.addEventListener(name, this.whenForm)
    this.drafted = event => { if (event.target.contains(this) || this.contains(event.target)) this.draft.show(event.detail) }
    document.addEventListener('hd:draft', this.drafted)
    this.draft = new Draft(this)
    const bar = this.form?.querySelector('[data-editor-tools]')
    if (bar) this.tools = new Tools(this, bar)
    this.classList.add('is-rich')
    this.follow()
    this.dispatchEvent(new CustomEvent('hd:editor', { bubbles: true }))
  }

  disconnectedCallback () {
    queueMicrotask(() => {
      if (this.isConnected || !this.editor) return
      for (const name of ['change', 'reset']) this.form?.removeEventListener(name, this.whenForm)
      document.removeEventListener('hd:draft', this.drafted)
      this.editor.destroy()
      this.editor = undefined
    })
  }

  get isNote () { return (this.form?.querySelector('[name=kind]:checked') ?? this.form?.querySelector('input[type=hidden][name=kind]'))?.value === 'note' }
  get placeholder () { return (this.isNote && this.dataset.notePlaceholder) || this.field.placeholder }
  get isEmpty () { return this.editor.isEmpty }
  set draftId (id) { this.carrier('draft_id').value = id }

  part (name) { return this.querySelector(`[data-part=${name}]`) }

  formChanged (event) {
    if (event.type === 'reset') return this.clear()
    if (event.target.name !== 'kind') return
    this.sync()
    this.editor.view.dispatch(this.editor.state.tr.setMeta('addToHistory', false)) // draws the placeholder of this kind
  }

  // The form's fields say what the editor says.
  follow () {
    const { html, text, mentions } = outgoing(this.editor, this.isNote)
    this.html.value = html
    this.field.value = this.plain = text
    this.ids.replaceChildren(...mentions.map(id => Object.assign(document.createElement('input'), { type: 'hidden', name: 'mentions', value: id })))
  }

  sync () {
    this.follow()
    this.isSyncing = true
    this.field.dispatchEvent(new Event('input', { bubbles: true }))
    this.isSyncing = false
  }

  read (html, text) {
    if (html) return incoming(html, this.dataset.fileUrl)
    return text ? { type: 'doc', content: paragraphs(text) } : ''
  }

  // HTML, or text without a tag in it.
  setContent (words) {
    const isText = !/<\/?[a-z][^>]*>/i.test(words)
    this.editor.commands.setContent(isText ? this.read('', words) : this.read(words), { emitUpdate: false })
    this.follow()
    resolveMentions(this.editor, this.dataset.mentionsUrl)
  }

  getHTML () { return outgoing(this.editor, this.isNote).html }

  // At once: Tiptap's own command waits for a frame, in which keys would go elsewhere.
  focus () { this.editor?.view.focus() }

  clear () {
    this.draft.close()
    for (const name of ['link', 'articles', 'changes']) this.part(name).hidden = true
    this.editor.commands.clearContent(true)
  }

  insertText (text) { this.focus(); this.editor.chain().focus().insertContent({ type: 'text', text }).run() }

  insertImage ({ src, id, alt }) { this.editor.chain().focus().insertContent({ type: 'image', attrs: { src, id, alt } }).run() }

  insertMacro (url) {
    const { from, to } = this.editor.state.selection
    this.focus()
    insertMacro(this, { from, to }, url)
  }

  // As if typed: a sign that opens a menu, parted from the word before it.
  type (sign) {
    const { view, state } = this.editor
    this.focus()
    const before = state.selection.$from.nodeBefore?.text ?? ''
    const text = (before && !/\s$/.test(before) ? ' ' : '') + sign
    view.dispatch(view.state.tr.insertText(text))
  }

  selectedText () {
    const { from, to } = this.editor.state.selection
    return this.editor.state.doc.textBetween(from, to, ' ')
  }

  files (files) { this.dispatchEvent(new CustomEvent('hd:files', { bubbles: true, detail: { files: [...files] } })) }
}
customElements.get('hd-editor') ?? customElements.define('hd-editor', RichEditor)
