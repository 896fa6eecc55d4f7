// What goes between the editor and the form: HTML that the server's sanitiser keeps, and the same as plain text.
const CID = 'cid:'
const NO_ID = '00000000-0000-0000-0000-000000000000'

const inert = html => new DOMParser().parseFromString(html, 'text/html').body

// A mention leaves as a name: in a note it notifies, in a reply it is only a word.
function nameMentions (body, isNote) {
  const ids = []
  for (const mention of body.querySelectorAll('span[data-mention]')) {
    const name = mention.dataset.label
    if (!isNote) { mention.replaceWith(name); continue }
    if (mention.dataset.mention) ids.push(mention.dataset.mention)
    const plain = body.ownerDocument.createElement('span')
    plain.textContent = `@${name}`
    mention.replaceWith(plain)
  }
  return [...new Set(ids)]
}

// A file of the conversation is named by its id, as a part of the mail will be.
function nameFiles (body) {
  for (const image of body.querySelectorAll('img[data-id]')) {
    image.setAttribute('src', CID + image.dataset.id)
    delete image.dataset.id
  }
}

// Mail programs show an empty paragraph as nothing at all.
function keepBlankLines (body) {
  for (const paragraph of body.querySelectorAll('p:empty')) paragraph.append(body.ownerDocument.createElement('br'))
}

// A list is followed by a line to go on in, which is no part of the message.
function dropLastLines (body) {
  while (body.lastElementChild?.matches('p:empty') && body.children.length > 1) body.lastElementChild.remove()
}

export function outgoing (editor, isNote) {
  if (editor.isEmpty) return { html: '', text: '', mentions: [] }
  const body = inert(editor.getHTML())
  const mentions = nameMentions(body, isNote)
  nameFiles(body)
  dropLastLines(body)
  keepBlankLines(body)
  const textSerializers = {
    mention: ({ node }) => (isNote ? '@' : '') + node.attrs.label,
    image: ({ node }) => node.attrs.alt ?? '',
    hardBreak: () => '\n',
  }
  return { html: body.innerHTML, text: editor.getText({ blockSeparator: '\n', textSerializers }).trimEnd(), mentions }
}

export function paragraphs (text) {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  return lines.map(line => ({ type: 'paragraph', content: line ? [{ type: 'text', text: line }] : [] }))
}

// Kept HTML, as the editor reads it: pictures have the address of their file, others are left out.
export function incoming (html, fileAddress) {
  const body = inert(html)
  for (const image of body.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? ''
    if (!source.startsWith(CID) || !fileAddress) { image.remove(); continue }
    image.dataset.id = source.slice(CID.length)
    image.setAttribute('src', fileAddress.replace(NO_ID, encodeURIComponent(image.dataset.id)))
  }
  for (const line of body.querySelectorAll('p > br:only-child')) {
    if (!line.parentNode.textContent) line.remove()
  }
  return body.innerHTML
}
