// Files are uploaded at once, each with a tile that shows how far it is; the form sends their ids. Pictures that belong
// into the text go back to the editor.
import { csrf, editorOf } from './form.js'

const KB = 1000

const tiles = form => form.querySelector('.uploads')
const sizeText = bytes => bytes < KB * KB ? `${Math.max(1, Math.round(bytes / KB))} KB` : `${(bytes / KB / KB).toFixed(1)} MB`
const changed = form => form.dispatchEvent(new Event('input', { bubbles: true }))

export function tilesOf (form) {
  return [...form.querySelectorAll('.upload:has(input)')].map(tile => ({
    id: tile.querySelector('input').value,
    name: tile.querySelector('.cut').textContent,
    size: tile.querySelector('small').textContent,
  }))
}

const isUploading = form => form.querySelector('.upload.is-going') !== null

// Resolves once nothing is on its way up any more.
export function settled (form) {
  return new Promise(resolve => {
    if (!isUploading(form)) return resolve()
    const check = () => {
      if (isUploading(form)) return
      form.removeEventListener('hd:uploaded', check)
      resolve()
    }
    form.addEventListener('hd:uploaded', check)
  })
}

export function addTile (form, { id, name, size }) {
  const tile = document.getElementById('upload-template').content.firstElementChild.cloneNode(true)
  tile.querySelector('.cut').textContent = name
  tile.querySelector('small').textContent = size
  const remove = tile.querySelector('[data-remove]')
  remove.ariaLabel = `${remove.ariaLabel} ${name}`
  tiles(form).append(tile)
  if (id) finish(tile, id)
  return tile
}

function finish (tile, id) {
  const input = Object.assign(document.createElement('input'), { type: 'hidden', name: 'attachments', value: id })
  tile.classList.remove('is-going')
  tile.querySelector('progress').hidden = true
  tile.append(input)
}

function fail (tile, text) {
  tile.classList.remove('is-going')
  tile.classList.add('is-failed')
  tile.querySelector('progress').hidden = true
  const said = tile.querySelector('small')
  said.textContent = text
  said.setAttribute('role', 'alert')
}

const detailOf = request => {
  try {
    const problem = JSON.parse(request.responseText)
    return Object.values(problem.errors ?? {}).flat().join(' ') || problem.detail
  } catch {
    return ''
  }
}

function send (form, tile, file, whenDone) {
  const words = tile.querySelector('[data-remove]').dataset
  const bar = tile.querySelector('progress')
  const again = tile.querySelector('[data-retry]')
  const over = () => form.dispatchEvent(new CustomEvent('hd:uploaded'))
  if (file.size > Number(form.dataset.fileMaxBytes)) {
    fail(tile, `${words.large} (${sizeText(file.size)})`)
    return
  }
  const request = tile.request = new XMLHttpRequest()
  const refuse = () => {
    fail(tile, detailOf(request) || words.failed)
    again.hidden = request.status !== 0 && request.status < 500
    over()
  }
  tile.classList.remove('is-failed')
  tile.classList.add('is-going')
  Object.assign(bar, { hidden: false, value: 0 })
  again.hidden = true
  again.onclick = () => { tile.querySelector('small').textContent = sizeText(file.size); send(form, tile, file, whenDone) }
  request.upload.onprogress = event => { if (event.lengthComputable) bar.value = event.loaded / event.total }
  request.onerror = refuse
  request.onload = () => {
    if (request.status !== 201) return refuse()
    const uploaded = JSON.parse(request.responseText)
    finish(tile, uploaded.id)
    whenDone?.(uploaded, tile)
    changed(form)
    over()
  }
  const body = new FormData()
  body.append('file', file)
  request.open('POST', form.dataset.uploadUrl)
  request.setRequestHeader('X-CSRFToken', csrf())
  request.setRequestHeader('Accept', 'application/json')
  request.send(body)
}

export function upload (form, files, whenDone) {
  for (const file of files) {
    send(form, addTile(form, { name: file.name || 'file', size: sizeText(file.size) }), file, whenDone)
  }
}

// A picture that was pasted or dropped into the text stands there, and its tile says that it does.
function place (form) {
  return ({ id, name, is_image: isImage }, tile) => {
    const editor = editorOf(form)
    if (!isImage || !editor?.insertImage) return
    editor.insertImage({ id, cid: id, alt: name, src: `/attachments/${id}` })
    tile.classList.add('is-inline')
  }
}

const formAt = target => target.closest?.('.compose') ?? target.closest?.('#thread')?.querySelector('.compose')
const hasFiles = event => event.dataTransfer?.types.includes('Files')

document.addEventListener('change', event => {
  if (!event.target.matches('.compose [name=files]')) return
  upload(event.target.form, event.target.files)
  event.target.value = ''
})
document.addEventListener('hd:files', event => {
  const form = formAt(event.target)
  if (form) upload(form, event.detail.files, place(form))
})
document.addEventListener('paste', event => {
  const form = event.target.closest?.('.compose')
  if (!form || event.defaultPrevented || !event.clipboardData?.files.length) return
  event.preventDefault()
  upload(form, event.clipboardData.files)
})
document.addEventListener('dragover', event => {
  const form = hasFiles(event) && formAt(event.target)
  if (!form) return
  event.preventDefault()
  form.dataset.dropping = ''
})
document.addEventListener('dragleave', event => {
  const form = formAt(event.target)
  if (form && !form.parentElement.contains(event.relatedTarget)) delete form.dataset.dropping
})
document.addEventListener('drop', event => {
  const form = hasFiles(event) && formAt(event.target)
  if (!form) return
  delete form.dataset.dropping
  if (event.defaultPrevented) return
  event.preventDefault()
  upload(form, event.dataTransfer.files)
})
document.addEventListener('click', event => {
  const button = event.target.closest('.upload [data-remove]')
  if (!button) return
  const tile = button.closest('.upload')
  const form = tile.closest('form')
  tile.request?.abort()
  tile.remove()
  form.dispatchEvent(new CustomEvent('hd:uploaded'))
  changed(form)
  form.querySelector('[name=files]').focus()
})
