// The list of keys in force, by group, made of the table of commands when it is opened.
import { capsOf, commands, keysOf, register } from './commands.js'

const dialog = document.getElementById('keys')

function kbd (cap) {
  const element = document.createElement('kbd')
  element.className = 'kbd'
  element.textContent = cap
  return element
}

function line (command) {
  const pair = document.createElement('div')
  const name = document.createElement('dt')
  const keys = document.createElement('dd')
  name.textContent = command.label
  for (const alternative of keysOf(command)) {
    const caps = document.createElement('span')
    caps.append(...capsOf(alternative).map(kbd))
    keys.append(caps)
  }
  pair.append(name, keys)
  return pair
}

function write () {
  const list = document.getElementById('keys-list')
  list.replaceChildren()
  const shown = commands.filter(command => keysOf(command).length)
  for (const [group, members] of Map.groupBy(shown, command => command.group)) {
    const section = dialog.querySelector('template').content.cloneNode(true)
    section.querySelector('h3').textContent = group
    section.querySelector('dl').append(...members.map(line))
    list.append(section)
  }
}

if (dialog) {
  register('help', () => {
    write()
    dialog.showModal()
  })
}
