// <hd-emoji>: a search field over a grid of emoji, walked by arrows. Gets `groups`; says `hd:emoji` with the one picked.
const FOUND_MOST = 80

class EmojiPicker extends HTMLElement {
  connectedCallback () {
    if (this.field) return
    this.field = this.querySelector('input')
    this.grid = this.querySelector('[role=listbox]')
    this.none = this.querySelector('[data-none]')
    this.names = this.dataset.groups.split('|')
    this.field.addEventListener('input', event => { event.stopPropagation(); this.draw() })
    this.addEventListener('keydown', event => this.pressed(event))
    this.grid.addEventListener('click', event => {
      const option = event.target.closest('button')
      if (option) this.dispatchEvent(new CustomEvent('hd:emoji', { detail: option.textContent }))
    })
  }

  opened () {
    this.field.value = ''
    this.draw()
    this.field.focus()
  }

  draw () {
    const word = this.field.value.trim().toLowerCase()
    const isFound = ([, name, words]) => name.toLowerCase().includes(word) || words.includes(word)
    const parts = this.groups.map(([, list], place) => {
      const found = word ? list.filter(isFound).slice(0, FOUND_MOST) : list
      return found.length ? this.group(this.names[place], found) : null
    }).filter(Boolean)
    this.grid.replaceChildren(...parts)
    this.grid.scrollTop = 0
    this.none.hidden = parts.length > 0
  }

  group (name, list) {
    const group = document.createElement('div')
    Object.assign(group, { className: 'emoji-group', role: 'group', ariaLabel: name })
    group.append(...list.map(([sign, label]) => {
      const option = document.createElement('button')
      Object.assign(option, { type: 'button', textContent: sign, title: label, ariaLabel: label, role: 'option', tabIndex: -1 })
      return option
    }))
    return group
  }

  pressed (event) {
    const options = [...this.grid.querySelectorAll('button')]
    const at = options.indexOf(document.activeElement)
    if (event.key === 'Enter' && event.target === this.field) {
      event.preventDefault() // the form around is not sent
      return options[0]?.click()
    }
    if (at < 0 && event.key !== 'ArrowDown') return
    const perLine = options.length ? Math.max(1, Math.floor(this.grid.clientWidth / options[0].offsetWidth)) : 1
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perLine, ArrowUp: -perLine }[event.key]
    if (!step) return
    event.preventDefault()
    const next = options[at < 0 ? 0 : at + step]
    if (next) next.focus()
    else if (step < 0) this.field.focus()
  }
}
customElements.get('hd-emoji') ?? customElements.define('hd-emoji', EmojiPicker)
