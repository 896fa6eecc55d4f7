// What a model drafted, shown in the editor with its sources beside: accept sends it, edit makes it the agent's own text,
// reject brings back what was there. Told by `hd:draft` {html, citations, draft_id, confidence}.
import { post, postJSON, webAddress } from './http.js'
import { textPart } from './menu.js'

const SURE = 0.85
const LIKELY = 0.6

const grade = confidence => confidence >= SURE ? 'sure' : confidence >= LIKELY ? 'likely' : 'unsure'

function cited ({ title, url, quote }) {
  const entry = document.createElement('li')
  const href = webAddress(url)
  const name = textPart(href ? 'a' : 'b', title)
  if (href) Object.assign(name, { href, target: '_blank', rel: 'noopener' })
  entry.append(name)
  if (quote) entry.append(textPart('q', quote))
  return entry
}

export class Draft {
  constructor (host) {
    this.host = host
    this.panel = host.part('draft')
    this.words = this.panel.querySelector('[data-confidence]')
    this.sources = this.panel.querySelector('ol')
    this.failed = this.panel.querySelector('[data-failed]')
    this.panel.addEventListener('click', event => {
      const what = event.target.closest('[data-draft]')?.dataset.draft
      if (what) this[what]()
    })
  }

  show (draft) {
    const { editor } = this.host
    if (!this.draft) this.before = editor.getJSON()
    this.draft = draft
    editor.commands.setContent(this.host.read(draft.html, ''))
    editor.setEditable(false)
    this.words.textContent = this.words.dataset[grade(draft.confidence)]
    this.words.title = `${Math.round(draft.confidence * 100)} %`
    this.sources.replaceChildren(...(draft.citations ?? []).map(cited))
    this.sources.parentElement.hidden = !draft.citations?.length
    this.failed.hidden = true
    this.panel.hidden = false
    this.panel.dataset.state = 'shown'
    this.host.classList.add('has-draft')
    this.panel.querySelector('[data-draft=accept]').focus()
  }

  address (verb) { return `${this.host.dataset.draftsUrl}/${encodeURIComponent(this.draft.draft_id)}/${verb}` }

  async accept () {
    this.busy(true)
    const sent = await postJSON(this.address('accept'), { body_html: this.host.getHTML() }).catch(() => null)
    this.busy(false)
    if (!sent) { this.failed.hidden = false; return }
    this.close()
    this.host.clear()
    document.body.dispatchEvent(new CustomEvent('hd:conversation'))
    this.host.focus()
  }

  // From here on it is sent as any reply, and says which draft it came from.
  edit () {
    this.host.editor.setEditable(true)
    this.host.draftId = this.draft.draft_id
    this.panel.dataset.state = 'edited'
    this.host.classList.remove('has-draft')
    this.host.focus()
  }

  async reject () {
    post(this.address('reject'), {}).catch(() => {})
    this.host.editor.commands.setContent(this.before)
    this.close()
    this.host.focus()
  }

  close () {
    if (!this.draft) return
    this.host.editor.setEditable(true)
    this.host.draftId = ''
    this.draft = undefined
    this.panel.hidden = true
    this.host.classList.remove('has-draft')
  }

  busy (isBusy) { for (const button of this.panel.querySelectorAll('button')) button.disabled = isBusy }
}
